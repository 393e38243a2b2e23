import Core
import Hummingbird
import Web

/// `/demo/messages`: where text messages arrive that a demonstration does not send. Never outside it.
struct MessagePages: Sendable {
    let desk: PageDesk

    func addRoutes(to router: WebRouter) {
        router.pages.get("/demo/messages") { _, context in
            let words = desk.words(context)
            let messages = try await desk.booking.messages.recent(limit: 50).map { message in
                MessagesPage.Row(
                    to: words("demo.to", ["person": String(message.person.suffix(4))]),
                    at: words.moment(message.sentAt), text: words(message.text))
            }
            return try desk.renderer.render(
                "booking/messages", MessagesPage(hasMessages: !messages.isEmpty, messages: messages),
                titleKey: "demo.messages.title", context: context)
        }
    }
}

/// Model of `booking/messages`.
struct MessagesPage: Sendable {
    let hasMessages: Bool
    let messages: [Row]

    struct Row: Sendable {
        let to: String
        let at: String
        let text: String
    }
}
