import Core
import HTTPTypes
import Hummingbird
import TestKit
import Testing

@testable import Web

@Suite("RFC 9440 Client-Cert, from trusted proxies only")
struct ClientCertificateTests {
    private static let header = HTTPField.Name("client-cert") ?? .authorization

    private static func who(_ request: Request, _ context: WebContext) -> Response {
        Response.text(context.clientCertificate.map { "\($0)" } ?? "none")
    }

    @Test(arguments: [true, false])
    func `the header counts from a trusted proxy`(isTrusted: Bool) async throws {
        var fixture = WebFixture()
        fixture.settings.trustedProxies = isTrusted ? AddressRange.loopback : []
        let routes: (WebRouter) -> Void = { router in
            router.api.get("/api/v1/who", use: Self.who)
            router.protocols.get("/oauth2/who", use: Self.who)
        }
        try await fixture.run(live: true, routes: routes) { client in
            for path in ["/api/v1/who", "/oauth2/who"] {
                let stated = try await client.get(path, [Self.header: ":AQID:"])
                #expect(stated.text == (isTrusted ? "[1, 2, 3]" : "none"))
                for bad in ["AQID", ":AQID", "::", ":A Q:", ":AQID:, :AQID:", ""] {
                    #expect(try await client.get(path, [Self.header: bad]).text == "none", "\(bad)")
                }
                #expect(try await client.get(path).text == "none")
            }
        }
    }
}
