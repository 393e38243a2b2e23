import Core
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Storage
import Synchronization
import TestKit
import Testing
import Web

@testable import Identity

/// A system's notification endpoint over real HTTP, and an address to which it may point.
private final class NotificationEndpoint: Sendable {
    struct Call: Sendable {
        let path: String
        let authorization: String?
        let contentType: String?
        let body: String
    }

    private let noted = Mutex<[Call]>([])
    private let bound = Mutex("")
    private let status: HTTPResponse.Status

    init(answering status: HTTPResponse.Status) {
        self.status = status
    }

    var calls: [Call] { noted.withLock { $0 } }

    /// Where it was last reached.
    var address: String { bound.withLock { $0 } }

    /// - Parameter body: gets the address to call.
    func run(_ body: @Sendable @escaping (String) async throws -> Void) async throws {
        let router = Router()
        for path in ["/ping", "/elsewhere"] {
            for method in [HTTPRequest.Method.get, .post] {
                router.on(RouterPath(path), method: method) { request, _ in try await self.answer(request) }
            }
        }
        let configuration = ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0))
        try await Application(router: router, configuration: configuration).test(.live) { client in
            let port = try #require(client.port)
            self.bound.withLock { $0 = "http://127.0.0.1:\(port)/ping" }
            try await body(self.address)
        }
    }

    private func answer(_ request: Request) async throws -> Response {
        let body = try await request.body.collect(upTo: 10_000)
        let call = Call(
            path: request.method.rawValue + " " + request.uri.path, authorization: request.headers[.authorization],
            contentType: request.headers[.contentType], body: String(buffer: body))
        noted.withLock { $0.append(call) }
        var response = status == .noContent ? Response(status: status) : Response.text("no", status: status)
        response.headers[.location] = "/elsewhere"
        return response
    }
}

extension PlanHouse {
    fileprivate static let notificationToken = "8d67dc78-7faa-4d41-aabd-67707b374255"

    fileprivate func addPingClient(_ uri: String) async throws -> ClientKey {
        try await addCIBAClient {
            $0.policy.cibaDelivery = "ping"
            $0.policy.cibaNotificationURI = uri
        }
    }

    fileprivate func pingObject(token: JSONValue? = .string(notificationToken)) -> BackchannelObject {
        object().with("client_notification_token", token)
    }

    fileprivate var ping: CIBAPing {
        let policy = OutboundPolicy(allowedRanges: AddressRange.loopback, allowsPlainHTTP: true)
        return CIBAPing(
            database: house.database, clients: house.provider.clients, crypto: House.crypto,
            calls: OutboundClient(policy: policy), surroundings: house.surroundings)
    }

    /// Delivers what waits, as the server does, until nothing waits any more.
    fileprivate func deliverPings() async throws {
        var settings = OutboxRelay.Settings()
        (settings.firstPause, settings.poll) = (.milliseconds(10), .milliseconds(10))
        let ping = ping
        let relay = OutboxRelay(
            database: house.database, handlers: [CIBAPing.topic: { try await ping.deliver($0) }],
            surroundings: house.surroundings, settings: settings, logger: Logger(label: "test.ping"))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await relay.run() }
            let deadline = ContinuousClock.now + .seconds(10)
            while try await !house.pings().isEmpty, ContinuousClock.now < deadline {
                try await Task.sleep(for: .milliseconds(10))
            }
            group.cancelAll()
        }
        #expect(try await house.pings().isEmpty)
    }

    /// One notification that is answered with a status, from the request to the tokens.
    fileprivate func notify(
        answering status: HTTPResponse.Status, decision: String = "allow"
    ) async throws {
        let endpoint = NotificationEndpoint(answering: status)
        try await endpoint.run { [self] uri in
            let key = try await addPingClient(uri)
            let id = try await asked(key, pingObject())
            #expect(try await collect(id, key).error == "authorization_pending", "it may poll all the same")
            try await decide(decision)
            try await deliverPings()
            let call = try #require(endpoint.calls.first)
            #expect(endpoint.calls.count == 1, "once, to the one address")
            #expect(call.path == "POST /ping" && call.contentType == "application/json")
            #expect(call.authorization == "Bearer " + Self.notificationToken)
            #expect(try JSONParser.parse(call.body) == JSONValue.object(["auth_req_id": .string(id)]))
            let answer = try await collect(id, key)
            #expect(decision == "allow" ? answer.status == .ok : answer.error == "access_denied")
        }
    }
}

extension FAPICIBAPlan {
    static let pings: [PlanLine] = [
        PlanLine("happy flow, ping: the call, its body and its token") { try await $0.notify(answering: .noContent) },
        PlanLine("ping after user-rejects-authentication") {
            try await $0.notify(answering: .noContent, decision: "deny")
        },
        PlanLine("ping-with-mandatory-binding-message, notification endpoint answers 200 with a body") {
            try await $0.notify(answering: .ok)
        },
        PlanLine("ping-backchannel-notification-endpoint-response-401, and does not retry") {
            try await $0.notify(answering: .unauthorized)
        },
        PlanLine("ping-backchannel-notification-endpoint-response-403-with-body, and does not retry") {
            try await $0.notify(answering: .forbidden)
        },
        PlanLine("ping-backchannel-notification-endpoint-response-500 is an answer, too") {
            try await $0.notify(answering: .internalServerError)
        },
        PlanLine("redirect-notification-response-from-notification-endpoint: not followed") { plan in
            try await plan.notify(answering: .found)
        },
        PlanLine("redirect of the notification that keeps the method: not followed") { plan in
            try await plan.notify(answering: .temporaryRedirect)
        },
        PlanLine("silence is no answer, and nothing is sent once it is too late to collect") { plan in
            let endpoint = NotificationEndpoint(answering: .noContent)
            // The address of an endpoint that has gone.
            try await endpoint.run { _ in }
            let key = try await plan.addPingClient(endpoint.address)
            _ = try await plan.asked(key, plan.pingObject())
            try await plan.decide("allow")
            let message = try #require(try await plan.house.pings().first)
            await #expect(throws: OutboundFault.self) { try await plan.ping.deliver(message) }
            plan.house.clock.advance(by: .minutes(2))
            // A call would fail again, and the message stay.
            try await plan.deliverPings()
        },
        PlanLine("client_notification_token: there, and a bearer token of 128 bits") { plan in
            let key = try await plan.addPingClient("https://signed.example/ping")
            let bad: [JSONValue?] = [
                nil, "", .string(String(repeating: "t", count: 21)), .string(String(repeating: "t", count: 1025)),
                .string(String(repeating: "t", count: 30) + " t"), .string(String(repeating: "密", count: 20)),
            ]
            for token in bad {
                let answer = try await plan.ask(plan.pingObject(token: token), key)
                #expect(answer.status == .badRequest && answer.error == "invalid_request", "\(answer.text)")
            }
            #expect(try await plan.nothingWaits)
            #expect(try await plan.ask(plan.pingObject(), key).status == .ok)
        },
    ]
}
