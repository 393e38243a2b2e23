import Core
import HTTPTypes
import Hummingbird
import TestKit
import Testing

@testable import Web

@Suite("RFC 9440 Client-Cert, from trusted proxies only")
struct ClientCertificateTests {
    private static let header = HTTPField.Name("client-cert") ?? .authorization
    private static let chain = HTTPField.Name("client-cert-chain") ?? .authorization

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
                // §2.1 with RFC 8941 §3.3.5: one byte sequence, without parameters, in padded base64 alone.
                for bad in [
                    "AQID", ":AQID", "AQID:", "::", ":", ":A Q:", ":AQID:, :AQID:", ":AQID:;a=1", ":AQI:", ":AQ-_:",
                    ":AQID::", "\"AQID\"", "?1", "-----BEGIN CERTIFICATE-----", "",
                ] {
                    #expect(try await client.get(path, [Self.header: bad]).text == "none", "\(bad)")
                }
                var twice: HTTPFields = [Self.header: ":AQID:"]
                twice.append(HTTPField(name: Self.header, value: ":AQID:"))
                #expect(
                    try await client.get(path, twice).text == "none", "which of the two the proxy wrote nobody knows")
                #expect(try await client.get(path, [Self.chain: ":AQID:"]).text == "none", "§2.3 is about its issuers")
                #expect(try await client.get(path).text == "none")
            }
        }
    }

    @Test func `a certificate of unbearable length is not decoded`() {
        func stated(_ length: Int) -> [UInt8]? {
            ClientCertificates.stated(in: [":" + String(repeating: "A", count: length) + ":"])
        }
        #expect(stated(16_380)?.count == 12_285)
        #expect(stated(16_384) == nil && stated(0) == nil)
        #expect(ClientCertificates.stated(in: []) == nil)
    }

    /// §4: a proxy that identifies itself on its own connection says nothing by that about who is behind it.
    @Test(arguments: [true, false])
    func `the certificate of a connection is the client's, unless a trusted proxy made it`(isTrusted: Bool) async throws
    {
        var fixture = WebFixture()
        fixture.settings.trustedProxies = isTrusted ? AddressRange.loopback : []
        fixture.services.certificateOfConnection = { _ in [9] }
        let routes: (WebRouter) -> Void = { $0.protocols.get("/oauth2/who", use: Self.who) }
        try await fixture.run(live: true, routes: routes) { client in
            let rows = [(":AQID:", "[1, 2, 3]"), ("AQID", "none"), ("", "none")]
            for (stated, behind) in rows {
                let answer = try await client.get("/oauth2/who", [Self.header: stated])
                #expect(answer.text == (isTrusted ? behind : "[9]"), "\(stated)")
            }
            #expect(try await client.get("/oauth2/who").text == (isTrusted ? "none" : "[9]"))
        }
    }
}
