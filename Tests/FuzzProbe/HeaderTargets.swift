#if DEBUG || YIMEN_FUZZING
@testable import Booking
import Core
import Cryptography
import HTTPTypes
import Hummingbird
import Logging
import NIOEmbedded

@testable import Web

/// Headers of requests; what no header can hold is gone before it is read, as in the server.
enum HeaderTargets {
    static let all = [cookies, signInAttempt, accessToken, certificate, language, trace, lastEvent, idempotencyKey]

    /// A request with one such header for each line.
    private static func request(_ name: HTTPField.Name, _ text: String) -> Request {
        var fields = HTTPFields()
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            fields.append(HTTPField(name: name, value: Array(line.utf8)))
        }
        let head = HTTPRequest(
            method: .get, scheme: "https", authority: "yimen.example", path: "/", headerFields: fields)
        return Request(head: head, body: RequestBody(buffer: .init()))
    }

    private static let cookies = FuzzTarget(
        "cookies",
        [
            "__Host-yimen-page=abc; __Host-yimen-locale=en;__Host-yimen-elder=1", "a=b=c; =; ;x",
            "__Host-yimen-csrf-AAAAAAAA=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n__Host-yimen-page=",
        ]
    ) { text in
        let request = request(.cookie, text)
        for policy in [CookiePolicy(isSecure: true), CookiePolicy(isSecure: false)] {
            for noun in ["page", "csrf"] {
                if let value = policy.read(noun, from: request) {
                    hold((1...4096).contains(value.utf8.count) && !value.contains(";"), "a bounded value")
                }
            }
            for noun in policy.nouns(startingWith: "csrf-", in: request) {
                hold(noun.hasPrefix("csrf-"), "only those that were asked for")
                _ = policy.read(noun, from: request)
            }
            _ = Preferences(cookies: policy).locale(of: request)
        }
    }

    private static let state = Base64URL.encode([UInt8](repeating: 9, count: 32))

    private static let signInAttempt = FuzzTarget(
        "sign-in-attempt", ["\(state).n.v.\(Base64URL.encode(Array("/visits?a=b".utf8)))", "\(state)...Lw", "...."]
    ) { text in
        guard !text.contains("\n") else { return }
        let policy = CookiePolicy(isSecure: true)
        let request = request(.cookie, policy.name("signin-" + state.prefix(12)) + "=" + text)
        guard let attempt = SignInAttempt(state: state, request: request, cookies: policy) else { return }
        hold(same(attempt.state, state), "the state that was sent out")
        hold(ReturnPath(attempt.target.text) == attempt.target, "a path on this site")
    }

    private static let accessToken = FuzzTarget(
        "authorization-header", ["Bearer abc.def-ghi", "dpop AAAA==", "Bearer  x", "Basic YTpi", "Bearer a\nBearer b"]
    ) { text in
        let context = WebContext(
            source: ApplicationRequestContextSource(channel: EmbeddedChannel(), logger: Logger(label: "fuzz")))
        guard let presented = try PresentedAccessToken.read(from: request(.authorization, text), context) else {
            return
        }
        hold((1...8192).contains(presented.token.utf8.count), "a bounded token")
        hold(presented.token.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x2C }, "of token68")
    }

    private static let certificate = FuzzTarget("client-cert-header", [":MIIBqDCCAU4=:", "::", ":AAAA:", ":AA=A:"]) {
        text in
        let headers = request(.clientCert, text).headers[values: .clientCert]
        guard let der = ClientCertificates.stated(in: headers) else { return }
        hold(headers.count == 1 && der.count <= 12_288, "once, and bounded")
        _ = ClientCertificate(der: der)
    }

    private static let language = FuzzTarget(
        "accept-language", ["zh-CN,zh;q=0.9,en;q=0.8", "en;q=nan, cmn ; q=1", "*;q=0.5", "fr, en;q=0", "en-GB zh"]
    ) { text in
        let request = request(.acceptLanguage, text)
        let locale = WebLocale(acceptLanguage: request.headers[.acceptLanguage] ?? "")
        if let locale { hold(WebLocale(tag: locale.rawValue) == locale, "a language of ours") }
        _ = WebLocale(uiLocales: text)
    }

    private static let trace = FuzzTarget(
        "traceparent",
        [
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03-more",
        ]
    ) { text in
        guard let parent = TraceParent(text) else { return }
        hold(TraceParent(parent.header) == parent, "what is sent on can be read")
        hold(parent.header.utf8.count == 55 && text.utf8.count <= 512, "bounded")
        hold(parent.header.dropFirst(3).dropLast(3) == text.dropFirst(3).prefix(49), "the same trace and span")
    }

    private static let lastEvent = FuzzTarget("last-event-id", ["17", "-1", "9223372036854775807"]) { text in
        let name = have(HTTPField.Name("last-event-id"), "a name")
        if let id = ServerSentEvents.lastEventID(of: request(name, text)) {
            hold((1...128).contains(id.utf8.count), "bounded")
        }
    }

    private static let idempotencyKey = FuzzTarget("idempotency-key", ["0192f0c1-2b3a-7c4d", "short", "a\nb"]) { text in
        let name = have(HTTPField.Name("idempotency-key"), "a name")
        guard let key = try request(name, text).idempotencyKey() else { return }
        hold((8...64).contains(key.utf8.count) && key.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }, "8 to 64 visible")
    }
}
#endif
