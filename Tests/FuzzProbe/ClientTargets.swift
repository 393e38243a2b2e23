#if DEBUG || YIMEN_FUZZING
import Core
import Cryptography
import Foundation
@testable import Identity

/// What systems and their administrators say about a system.
enum ClientTargets {
    static let all = [redirectURI, publicURI, targetURI, registration, document, logo]

    private static let redirectURI = FuzzTarget(
        "redirect-uri",
        [
            "https://app.example/callback\nhttps://app.example/callback",
            "http://127.0.0.1:51000/cb\nhttp://127.0.0.1/cb",
            "http://[::1]:7/cb?x=%20\nhttp://[::1]/cb?x=%20", "com.example.app:/cb\ncom.example.app:/cb",
            "https://a.example:443/%2e%2e/\nhttps://user@a.example", "http://localhost:1/\nhttp://localhost/",
        ]
    ) { text in
        let parts = text.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 else { return }
        let (requested, registered) = (parts[0], parts[1])
        for isNative in [false, true] where RedirectURI.fault(registering: registered, isNative: isNative) == nil {
            checkGood(registered, isNative: isNative)
            hold(RedirectURI.matches(registered, registered: [registered], isNative: isNative), "itself")
            guard RedirectURI.matches(requested, registered: [registered], isNative: isNative) else { continue }
            let isLoopback = isNative && hasLoopbackAddress(registered)
            hold(
                same(requested, registered) || isLoopback && same(withoutPort(requested), withoutPort(registered)),
                "byte for byte, save the port of a loopback address")
        }
    }

    /// A registered address means to a library what it means to us.
    private static func checkGood(_ uri: String, isNative: Bool) {
        hold(uri.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }, "plain characters")
        let parts = have(RedirectURI.Parts(uri), "parts")
        guard let other = URLComponents(string: uri) else { return }
        hold(other.fragment == nil && other.user == nil && other.password == nil, "no fragment, no user")
        hold(other.scheme?.lowercased() == parts.scheme, "the same scheme")
        hold(isNative || parts.scheme == "https" || parts.scheme == "http", "a scheme of the web")
        guard parts.scheme == "https" || parts.scheme == "http" else { return }
        let brackets = CharacterSet(charactersIn: "[]")
        if let host = other.host {
            hold(host.trimmingCharacters(in: brackets) == parts.host.trimmingCharacters(in: brackets), "the same host")
        }
        hold(other.port == parts.port.flatMap { Int($0) }, "the same port")
        // The library escapes brackets behind the host; we keep what was registered.
        let hasBracket = parts.path.contains("[") || parts.path.contains("]")
        hold(hasBracket || same(other.percentEncodedPath, parts.path), "the same path")
    }

    private static let loopbacks = ["http://127.0.0.1", "http://[::1]"].map { Array($0.utf8) }

    private static func hasLoopbackAddress(_ uri: String) -> Bool { loopbacks.contains { uri.utf8.starts(with: $0) } }

    private static func withoutPort(_ uri: String) -> String {
        guard let start = loopbacks.first(where: { uri.utf8.starts(with: $0) }) else { return uri }
        var rest = Array(uri.utf8).dropFirst(start.count)
        if rest.first == 0x3A { rest = rest.dropFirst().drop { (0x30...0x39).contains($0) } }
        return String(decoding: start + rest, as: UTF8.self)
    }

    private static let publicURI = FuzzTarget(
        "public-uri", ["https://app.example/logo.png", "http://localhost:8080/", "https://[2001:db8::1]:8443/x"]
    ) { text in
        for isAllowed in [false, true] where PublicURI.fault(text, loopbackAllowed: isAllowed) == nil {
            let host = have(RedirectURI.Parts(text), "parts").host
            hold(!host.isEmpty, "a host")
            let origin = have(PublicURI.origin(text), "an origin")
            hold(origin.contains(host), "an origin with the host")
            let isSecure = text.lowercased().hasPrefix("https://")
            hold(isSecure || isAllowed, "https, where nothing else is allowed")
            hold((Sector.host(of: text) != nil) == isSecure, "https alone names a sector")
            hold(isSecure || ["localhost", "127.0.0.1", "[::1]"].contains(host), "plain http on this machine only")
        }
    }

    private static let targetURI = FuzzTarget(
        "target-uri",
        ["https://yimen.example/oauth2/token", "HTTPS://Yimen.example:443/%6Fauth2/token?x#y", "http://[::1]", "//a"]
    ) { text in
        guard let target = TargetURI(text) else { return }
        hold(target == TargetURI(text), "equal to itself")
        if !text.contains("?"), !text.contains("#") { hold(TargetURI(text + "?a=b#c") == target, "without the query") }
        if target == TargetURI("https://yimen.example/oauth2/token") {
            let parts = have(URLComponents(string: text), "an address")
            hold(parts.host?.lowercased() == "yimen.example" && parts.scheme?.lowercased() == "https", "this server")
        }
    }

    private static let registration = FuzzTarget(
        "registration-request",
        [
            #"{"client_name":"A","redirect_uris":["https://app.example/cb"],"grant_types":["authorization_code"],"#
                + #""token_endpoint_auth_method":"client_secret_basic","scope":"openid booking phone","contacts":["a@b.cn"]}"#,
            #"{"redirect_uris":["com.example.app:/cb"],"application_type":"native","token_endpoint_auth_method":"none","#
                + #""jwks":{"keys":[]},"require_consent":false,"channel":"hall","hall":"x","audiences":["https://a.b"]}"#,
            #"{"software_statement":"e30.e30.AA"}"#,
        ]
    ) { text in
        let body = try JSONParser.parse(text)
        let request = try RegistrationRequest(body, id: "new", requirePKCE: true)
        let asked = request.registration
        hold(Set(asked.scopes).isSubset(of: RegistrationRequest.openScopes) && !asked.scopes.isEmpty, "open scopes")
        hold(asked.id == "new" && asked.requirePKCE == true, "terms of ours")
        hold(asked.policy.requireConsent == true && asked.policy.mayImpersonate == nil, "strangers ask people")
        hold(asked.channel == .web && asked.hall == nil && asked.policy.audiences == nil, "no part of a hall")
        hold(asked.policy.exchangeFrom == nil && asked.policy.introspectsAudiences == nil, "no one else's tokens")
        guard let client = try? ValidateRegistration(crypto: FixedValues.crypto)(asked) else { return }
        for uri in client.redirectURIs {
            hold(RedirectURI.fault(registering: uri, isNative: client.isNative) == nil, "good addresses")
        }
    }

    private static let document = FuzzTarget(
        "client-document",
        [
            #"{"clientName":"A","redirectUris":["https://app.example/cb"],"scopes":["openid"],"channel":"hall","hall":"x"}"#,
            #"{"jwks":{"keys":[]},"subjectType":"pairwise","minimumAssurance":"L2","accessTokenSeconds":60,"fapi2":true}"#,
            #"{"refreshIdleSeconds":60,"grantTypes":["client_credentials"],"defaultMaxAge":0,"protocol":"oidc"}"#,
        ]
    ) { text in
        var registration = ClientRegistration(id: "app")
        registration.secret = Secret("a-secret-of-the-probe")
        guard ClientDocument.apply(try JSONParser.parse(text), to: &registration).isEmpty else { return }
        var again = ClientRegistration(id: "app")
        for member in ClientMembers.all {
            guard let value = member.read(registration) else { continue }
            hold(member.write(&again, value) == nil, "\(member.name): what was read can be written")
            hold(member.name == "response_types" || member.read(again) == value, "\(member.name): and says the same")
        }
        guard let client = try? ValidateRegistration(crypto: FixedValues.crypto)(registration) else { return }
        var copy = ClientRegistration(id: "app")
        let members = JSONValue.object(ClientDocument.members(of: client))
        hold(ClientDocument.apply(members, to: &copy).isEmpty, "what is shown can be sent back")
    }

    private static let logo = FuzzTarget(
        "picture",
        bytes: [
            [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], [0xFF, 0xD8, 0xFF, 0xE0],
            Array("RIFF\0\0\0\0WEBPVP8 ".utf8), Array("<svg/>".utf8),
        ]
    ) { bytes in
        guard let type = PictureType.of(bytes) else { return }
        hold(["image/png", "image/jpeg", "image/webp"].contains(type), "a picture without scripts")
        hold(bytes.first != UInt8(ascii: "<"), "no markup")
    }
}
#endif
