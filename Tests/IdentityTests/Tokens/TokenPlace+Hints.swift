import Core
import HTTPTypes
import HummingbirdTesting
import TestKit
import Testing
import Web

@testable import Identity

/// ID tokens of ours that somebody brings back. When they expire is not asked (OpenID Connect RP-Initiated Logout §2).
extension TokenPlace {
    static let broughtBack = [hintAtAuthorization, hintAtLogout, hintAtBackchannel]

    private static func mould(_ house: House, _ change: (inout [JSONValue.Member]) -> Void = { _ in }) async throws
        -> TokenMould
    {
        try await house.addCitizen()
        try await house.addClient()
        var browser = Browser()
        let token = try #require(try await house.tokens(Attempt(), &browser)["id_token"]?.stringValue)
        return try await house.mould(of: token, type: "JWT", judged: [], change)
    }

    private static let hintAtAuthorization = TokenPlace("id_token_hint at /oauth2/authorize") { house in
        TokenReader(mould: try await mould(house), refusal: .redirect("invalid_request")) { token in
            let attempt = Attempt().with("state", "s").with("id_token_hint", token)
            return try await house.client.get(attempt.uri, [.accept: "text/html"])
        } isTaken: { response in
            response.headers[.location]?.contains("/login?request=") == true
        }
    }

    private static let hintAtLogout = TokenPlace("id_token_hint at /oauth2/logout") { house in
        TokenReader(mould: try await mould(house), refusal: .page("invalid_request")) { token in
            let query = ParameterList([
                "id_token_hint": token, "post_logout_redirect_uri": "https://department.example/bye",
            ])
            return try await house.client.get("/oauth2/logout?" + query.encoded, [.accept: "text/html"])
        } isTaken: { response in
            response.headers[.location]?.hasPrefix("https://department.example/bye") == true
        }
    }

    private static let hintAtBackchannel = TokenPlace("id_token_hint at /oauth2/bc-authorize") { house in
        try await house.addBank()
        let mould = try await mould(house) { claims in
            claims.removeAll { $0.name == "aud" }
            claims.append(.init("aud", "bank"))
        }
        return TokenReader(mould: mould, refusal: .json(["invalid_request"])) { token in
            let form = ParameterList(["scope": "openid", "id_token_hint": token])
            return try await house.call("/oauth2/bc-authorize", form, as: "bank:" + House.secret)
        } isTaken: { response in
            response.status == .ok
        }
    }
}
