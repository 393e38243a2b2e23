import Catalogue
import Core
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing

@Suite("Pages of the catalogue in both languages")
struct PageTests {
    private static let english: HTTPFields = [.accept: "text/html", .acceptLanguage: "en"]
    private static let chinese: HTTPFields = [.accept: "text/html", .acceptLanguage: "zh-CN"]

    static let scenarios = [
        Scenario(
            "/", contains: ["办事，从这一扇门进", "不预约也能办", "/items?zone=home", "href=\"/halls/jinan-24h\"", "name=\"q\""]),
        Scenario("/items", contains: ["居民身份证换领", "共 42 个事项", "href=\"/items/estate-query\""]),
        Scenario("/items?q=%E8%BA%AB%E4%BB%BD%E8%AF%81", contains: ["居民<mark>身份证</mark>换领", "value=\"身份证\""]),
        Scenario("/items?q=%E5%8A%9E%E6%88%BF%E6%9C%AC", contains: ["商品房转移登记", "又称：<mark>办房本</mark>", "不动产登记"]),
        Scenario("/items?q=%E9%9D%92%E5%B2%9B", contains: ["<mark>青岛</mark>市政务服务中心", "/halls/qingdao"]),
        Scenario("/items?zone=home", contains: ["买房安居"], lacks: ["普通护照首次申请"]),
        Scenario("/items?department=tax", contains: ["发票领用"], lacks: ["居民身份证换领"]),
        Scenario(
            "/items?q=%E8%BD%A6", contains: ["驾驶证期满换证", "又称：<mark>车</mark>本", "共 1 个事项"],
            lacks: ["结婚登记", "聊城"]),
        Scenario("/items?q=%E5%85%AC%E5%AE%89", contains: ["<mark>公安</mark> · 约 10 分钟"]),
        Scenario("/items?q=pasport", contains: ["又称：<span lang=\"en\">First ordinary <mark>passport</mark></span>"]),
        Scenario("/items?q=xqzzkw9", contains: ["没有找到相符的事项", "也许您要找", "12345"]),
        Scenario("/items?q=%3Cscript%3Ealert(1)%3C/script%3E", contains: ["&lt;script&gt;"], lacks: ["<script>alert"]),
        Scenario("/items?q=%22%20onfocus%3D%22x", lacks: ["\" onfocus=\"x"]),
        Scenario("/items?department=nothing&zone=nothing&city=nothing", contains: ["共 42 个事项"]),
        Scenario(
            "/items/estate-transfer-existing",
            contains: [
                "不动产权证书原件", "约 40 分钟", "/book/estate-transfer-existing",
                "/book/estate-transfer-existing/jinan\"",
            ]),
        Scenario("/items/estate-transfer-existing?city=qingdao", contains: ["青岛市政务服务中心"], lacks: ["历下区政务服务中心"]),
        Scenario("/items/marriage-registration", contains: ["须本人到场", "不可以，须本人到场"]),
        Scenario("/items/tax-paid-certificate", contains: ["不用预约，随到随办", "直接到厅取号"], lacks: ["/book/"]),
        Scenario("/items/construction-permit", contains: ["因涉密", "负面清单"], lacks: ["/book/", "在哪里办"]),
        Scenario("/items/nurse-registration-change", contains: ["大厅代收材料", "/book/nurse-registration-change"]),
        Scenario("/items/fund-loan", contains: ["实人核验"]),
        Scenario("/items/nothing", status: .notFound, contains: ["没有找到这个页面"]),
        Scenario("/halls", contains: ["济南市政务服务中心", "菏泽市政务服务中心", "正在服务"]),
        Scenario(
            "/halls?near=36.07,120.38",
            contains: ["离您最近的大厅", "1 公里以内", "不按位置", "青岛市政务服务中心"], lacks: ["菏泽市政务服务中心"]),
        Scenario("/halls?near=somewhere", contains: ["data-near=\"/halls\""], lacks: ["离您最近的大厅"]),
        Scenario("/halls?near=91,200", contains: ["济南市政务服务中心"], lacks: ["离您最近的大厅"]),
        Scenario("/halls?city=", contains: ["济南市政务服务中心", "青岛市政务服务中心"]),
        Scenario("/halls?city=linyi", contains: ["兰山区政务服务中心"], lacks: ["青岛市政务服务中心"]),
        Scenario("/halls?q=%E5%8E%86%E4%B8%8B", contains: ["<mark>历下</mark>区政务服务中心"]),
        Scenario("/halls?q=zzzqqq9", contains: ["没有找到相符的大厅"]),
        Scenario(
            "/halls/jinan",
            contains: [
                "09:00–12:00、13:00–17:00", "延时服务", "C · 不动产登记·交易·缴税", "1 楼", "济南市办税服务厅",
                "/book/estate-query/jinan",
            ]),
        Scenario("/halls/jinan-24h", contains: ["全天 24 小时", "正在服务"]),
        Scenario("/halls/nothing", status: .notFound, contains: ["没有找到这个页面"]),
        Scenario("/items?q=a&q=b", status: .badRequest, contains: ["内容填写有误"]),
    ]

    @Test func `each page shows what it is for`() async throws {
        try await CatalogueSite.visit { client in
            for scenario in Self.scenarios {
                try await client.execute(uri: scenario.uri, method: scenario.method, headers: Self.chinese) {
                    response in
                    let body = String(buffer: response.body)
                    #expect(response.status == scenario.status, "\(scenario.uri)")
                    #expect(body.contains("<html lang=\"zh-Hans\""))
                    for part in scenario.contains { #expect(body.contains(part), "\(scenario.uri) lacks \(part)") }
                    for part in scenario.lacks { #expect(!body.contains(part), "\(scenario.uri) has \(part)") }
                    checkWhole(body, scenario.uri)
                }
            }
        }
    }

    @Test func `each page is whole in English`() async throws {
        try await CatalogueSite.visit { client in
            let expected = [
                "/": "One door", "/items": "42 services", "/items?q=passport": "First ordinary <mark>passport</mark>",
                "/items/marriage-registration": "No, come yourself", "/halls": "Open now",
                "/items?q=marriage": ">1 service<",
                "/items?q=%E8%BD%A6": "Also called <span lang=\"zh-Hans\"><mark>车</mark>本</span>",
                "/items?q=%E7%BB%93%E5%A9%9A%E7%99%BB%E8%AE%B0":
                    "Also called <span lang=\"zh-Hans\"><mark>结婚登记</mark></span>",
                "/items?q=%E5%85%AC%E5%AE%89": "<mark>Public security</mark> · about 10 minutes",
                "/items?q=qingdao": "0 services and 3 halls found",
                "/halls/jinan": "Jinan Government Service Centre", "/items/nothing": "lang=\"en\"",
            ]
            for (uri, text) in expected {
                try await client.execute(uri: uri, method: .get, headers: Self.english) { response in
                    let body = String(buffer: response.body)
                    #expect(body.contains("<html lang=\"en\""), "\(uri)")
                    #expect(body.contains(text), "\(uri) lacks \(text)")
                    checkWhole(body, uri)
                }
            }
        }
    }

    /// No key without a text, no tag left over, no script inside the page.
    private func checkWhole(_ body: String, _ uri: String) {
        for leftover in ["catalogue.", "[[", "{{", "Optional(", "style=\"", "onclick"] {
            #expect(!body.contains(leftover), "\(uri) has \(leftover)")
        }
        #expect(body.contains("</html>"), "\(uri)")
        #expect(body.components(separatedBy: "<h1").count == 2, "\(uri) has one main heading")
    }

    @Test func `a holiday is told by its name, a make-up day by the weekday it follows`() async throws {
        let national = ProvinceTime.instant(of: try #require(LocalDate("2026-10-05")), minute: 600)
        try await CatalogueSite.visit(at: national) { client in
            try await client.execute(uri: "/halls/qingdao", method: .get, headers: Self.chinese) { response in
                let body = String(buffer: response.body)
                #expect(body.contains("今天国庆节放假，不开放") && body.contains("现在休息"))
                #expect(body.contains("国庆节调休上班，按周三时间"))
            }
        }
    }
}
