import Catalogue
import Core
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing

@Suite("API: public reads of the catalogue")
struct APITests {
    private static let problem = "urn:yimen:problem:"

    static let scenarios = [
        Scenario("/api/v1/items", contains: ["\"total\":42", "\"next\":\"", "id-card-renewal"]),
        Scenario("/api/v1/items?limit=100", contains: ["nurse-registration-change"], lacks: ["\"next\""]),
        Scenario("/api/v1/items?q=", contains: ["\"total\":42"]),
        Scenario("/api/v1/items?q=%20%E3%80%80", contains: ["\"total\":42"]),
        Scenario(
            "/api/v1/items?q=%E5%8A%9E%E6%88%BF%E6%9C%AC", contains: ["estate-transfer-new", "\"alias\":\"办房本\""]),
        Scenario("/api/v1/items?q=bdcdj", contains: ["\"department\":\"estate\""], lacks: ["passport-first"]),
        Scenario("/api/v1/items?q=%E8%BA%AB%E4%BB%BD%E8%AF%81", contains: ["\"marks\":{\"zh\":[[2,5]]"]),
        Scenario("/api/v1/items?q=xqzzkw9", contains: ["\"items\":[]", "\"total\":0"], lacks: ["\"next\""]),
        Scenario(
            "/api/v1/items?department=tax&limit=2", contains: ["\"total\":4", "tax-new-taxpayer"],
            lacks: ["estate-query"]),
        Scenario("/api/v1/items?city=370200", contains: ["\"total\":41"], lacks: ["construction-permit"]),
        Scenario("/api/v1/items?city=qingdao&limit=1", contains: ["\"total\":41"]),
        Scenario(
            "/api/v1/items?department=none", status: .badRequest,
            contains: [problem + "invalid-request", "\"pointer\":\"department\""]),
        Scenario("/api/v1/items?city=371200", status: .badRequest, contains: ["\"pointer\":\"city\""]),
        Scenario("/api/v1/items?city=jin%61n&city=qingdao", status: .badRequest, contains: ["\"pointer\":\"city\""]),
        Scenario("/api/v1/items?limit=0", status: .badRequest, contains: ["\"pointer\":\"limit\""]),
        Scenario("/api/v1/items?limit=101", status: .badRequest, contains: ["\"pointer\":\"limit\""]),
        Scenario("/api/v1/items?limit=ten", status: .badRequest, contains: ["\"pointer\":\"limit\""]),
        Scenario("/api/v1/items?limit=99999999999999999999", status: .badRequest, contains: ["\"pointer\":\"limit\""]),
        Scenario("/api/v1/items?cursor=%21%21", status: .badRequest, contains: ["\"pointer\":\"cursor\""]),
        Scenario("/api/v1/items?cursor=YWZ0ZXI6bm90aGluZw", status: .badRequest, contains: ["\"pointer\":\"cursor\""]),
        Scenario("/api/v1/items?q=%FF%FE", status: .badRequest, contains: ["\"pointer\":\"q\""]),
        Scenario("/api/v1/items?q=%E5%8", status: .badRequest, contains: [problem + "invalid-request"]),
        Scenario("/api/v1/items?q=a&q=b", status: .badRequest, contains: ["more than once"]),
        Scenario(
            "/api/v1/items?q=" + String(repeating: "a", count: 201), status: .badRequest,
            contains: ["\"pointer\":\"q\""]),
        Scenario("/api/v1/items?q=%3Cscript%3E%27%22--", contains: ["\"items\":[]"], lacks: ["<script>"]),
        Scenario("/api/v1/items", method: .post, status: .methodNotAllowed, contains: [problem + "method-not-allowed"]),
        Scenario(
            "/api/v1/items/estate-query",
            contains: ["\"minutes\":8", "\"version\":\"", "\"halls\":[\"jinan\"", "\"materials\""]),
        Scenario("/api/v1/items/nothing", status: .notFound, contains: [problem + "not-found"]),
        Scenario(
            "/api/v1/items/" + String(repeating: "a", count: 300), status: .notFound, contains: [problem + "not-found"]),
        Scenario("/api/v1/items/%FF", status: .notFound, contains: [problem + "not-found"]),
        Scenario("/api/v1/items/estate-query", method: .delete, status: .methodNotAllowed),
        Scenario("/api/v1/halls?limit=100", contains: ["\"total\":32", "jinan-24h", "\"city\":\"370100\""]),
        Scenario(
            "/api/v1/halls?city=370100&item=hk-macao-endorsement", contains: ["jinan-entry-branch", "\"total\":5"]),
        Scenario("/api/v1/halls?near=36.66,117.06&limit=1", contains: ["jinan-estate-branch", "\"metres\":0"]),
        Scenario("/api/v1/halls?near=36.1,120.4&limit=1", contains: ["\"id\":\"qingdao"]),
        Scenario("/api/v1/halls?openAt=2026-10-01T10:00:00%2B08:00", contains: ["\"total\":1", "jinan-24h"]),
        Scenario("/api/v1/halls?openAt=2026-10-01T02:00:00Z", contains: ["\"total\":1"]),
        Scenario("/api/v1/halls?openAt=2026-11-23T10:00:00+08:00", contains: ["\"total\":32"]),
        Scenario("/api/v1/halls?openAt=2026-11-23T12:30:00%2B08:00", contains: ["\"total\":1"]),
        Scenario("/api/v1/halls?openAt=2026-11-28T10:00:00%2B08:00&item=estate-query", contains: ["\"total\":2"]),
        Scenario("/api/v1/halls?openAt=2026-10-10T10:00:00%2B08:00&city=370200", contains: ["\"id\":\"qingdao\""]),
        Scenario("/api/v1/halls?item=construction-permit", contains: ["\"halls\":[]", "\"total\":0"]),
        Scenario("/api/v1/halls?item=nothing", status: .notFound, contains: ["\"pointer\":\"item\""]),
        Scenario("/api/v1/halls?city=999999", status: .badRequest, contains: ["\"pointer\":\"city\""]),
        Scenario("/api/v1/halls?near=here", status: .badRequest, contains: ["\"pointer\":\"near\""]),
        Scenario("/api/v1/halls?near=36.6", status: .badRequest, contains: ["\"pointer\":\"near\""]),
        Scenario("/api/v1/halls?near=91,0", status: .badRequest, contains: ["\"pointer\":\"near\""]),
        Scenario("/api/v1/halls?near=nan,nan", status: .badRequest, contains: ["\"pointer\":\"near\""]),
        Scenario("/api/v1/halls?near=1e2,3", status: .badRequest, contains: ["\"pointer\":\"near\""]),
        Scenario("/api/v1/halls?near=1,2,3", status: .badRequest, contains: ["\"pointer\":\"near\""]),
        Scenario("/api/v1/halls?openAt=tomorrow", status: .badRequest, contains: ["\"pointer\":\"openAt\""]),
        Scenario("/api/v1/halls?openAt=2026-11-23", status: .badRequest, contains: ["\"pointer\":\"openAt\""]),
        Scenario(
            "/api/v1/halls?openAt=2026-02-30T10:00:00Z", status: .badRequest, contains: ["\"pointer\":\"openAt\""]),
        Scenario(
            "/api/v1/halls/jinan",
            contains: [
                "\"letter\":\"C\"", "jinan-estate-1", "\"kind\":\"complaint\"",
                "\"days\":[{\"date\":\"2026-11-23\",\"kind\":\"workday\"", "\"branches\":[\"jinan-estate-branch\"",
            ]),
        Scenario(
            "/api/v1/halls/jinan-24h",
            contains: ["\"slotMinutes\":10", "\"roundTheClock\":true", "\"closes\":\"24:00\"", "\"parent\":\"jinan\""]),
        Scenario("/api/v1/halls/atlantis", status: .notFound, contains: [problem + "not-found"]),
        Scenario("/api/v1/halls/jinan", method: .put, status: .methodNotAllowed),
    ]

    @Test func `every read answers as documented, also to bad input`() async throws {
        try await CatalogueSite.visit { client in
            for scenario in Self.scenarios {
                try await client.execute(uri: scenario.uri, method: scenario.method) { response in
                    let body = String(buffer: response.body)
                    #expect(response.status == scenario.status, "\(scenario.uri): \(body.prefix(300))")
                    for part in scenario.contains {
                        #expect(body.contains(part), "\(scenario.uri) lacks \(part): \(body.prefix(600))")
                    }
                    for part in scenario.lacks { #expect(!body.contains(part), "\(scenario.uri) has \(part)") }
                    #expect(throws: Never.self, "\(scenario.uri)") { try JSONParser.parse(body) }
                    let type = response.headers[.contentType]
                    #expect(type == (scenario.status == .ok ? "application/json" : "application/problem+json"))
                    if scenario.status == .methodNotAllowed {
                        #expect(response.headers[.allow]?.contains("GET") == true)
                    }
                }
            }
        }
    }

    @Test func `cursors walk through a list once and in order`() async throws {
        try await CatalogueSite.visit { client in
            for list in ["items?limit=5", "items?limit=7&q=%E7%99%BB%E8%AE%B0", "halls?limit=10&near=36,118"] {
                var seen = [String]()
                var next: String? = nil
                repeat {
                    let cursor = next.map { "&cursor=" + $0 } ?? ""
                    next = try await client.execute(uri: "/api/v1/" + list + cursor, method: .get) {
                        response -> String? in
                        let body = try JSONParser.parse(String(buffer: response.body))
                        let rows = body["items"]?.arrayValue ?? body["halls"]?.arrayValue ?? []
                        #expect(!rows.isEmpty)
                        seen += rows.compactMap { $0["id"]?.stringValue }
                        return body["next"]?.stringValue
                    }
                } while next != nil && seen.count < 100
                #expect(Set(seen).count == seen.count)
                if list.hasPrefix("items?limit=5") { #expect(seen == DemoCatalogue.snapshot.items.map(\.id)) }
                if list.hasPrefix("halls") { #expect(seen.count == 32) }
            }
        }
    }

    @Test func `an answer has an entity tag that follows the content`() async throws {
        let catalogue = Catalogue(DemoCatalogue.snapshot)
        try await CatalogueSite.visit(catalogue: catalogue) { client in
            for uri in ["/api/v1/items?q=bdc", "/api/v1/items/estate-query", "/api/v1/halls", "/api/v1/halls/jinan"] {
                let tag = try await client.execute(uri: uri, method: .get) { response in
                    #expect(response.headers[.cacheControl]?.contains("max-age=1") == true)
                    #expect(response.headers[.setCookie] == nil)
                    return try #require(response.headers[.eTag])
                }
                for condition in [tag, "W/" + tag, "\"other\", " + tag, "*"] {
                    try await client.execute(uri: uri, method: .get, headers: [.ifNoneMatch: condition]) { response in
                        #expect(response.status == .notModified && response.body.readableBytes == 0)
                        #expect(response.headers[.eTag] == tag)
                    }
                }
                try await client.execute(uri: uri, method: .get, headers: [.ifNoneMatch: "\"other\""]) { response in
                    #expect(response.status == .ok)
                }
            }
        }
    }

    @Test func `scripts of any origin may read, without credentials`() async throws {
        try await CatalogueSite.visit { client in
            try await client.execute(
                uri: "/api/v1/items", method: .get, headers: [.origin: "https://department.example"]
            ) { response in
                #expect(response.headers[.accessControlAllowOrigin] == "*")
                #expect(response.headers[.accessControlAllowCredentials] == nil)
            }
        }
    }

    @Test func `the version of an item is the same in the list and in the guide`() async throws {
        let version = try #require(DemoCatalogue.snapshot.version(ofItem: "estate-query"))
        try await CatalogueSite.visit { client in
            for uri in ["/api/v1/items?q=%E6%9F%A5%E6%88%BF%E4%BA%A7", "/api/v1/items/estate-query"] {
                try await client.execute(uri: uri, method: .get) { response in
                    #expect(String(buffer: response.body).contains("\"version\":\"\(version)\""))
                }
            }
        }
    }
}
