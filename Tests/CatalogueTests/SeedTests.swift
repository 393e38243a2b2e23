import Catalogue
import Core
import Foundation
import Testing

@Suite("Seed files of the catalogue")
struct SeedTests {
    private let snapshot = DemoCatalogue.snapshot

    @Test func `the 42 items have the planned minutes`() {
        let minutes: [String: Int] = [
            "居民身份证换领": 10, "居民身份证补领": 10, "户口迁移": 25, "新生儿落户": 20, "居住证申领": 15, "普通护照首次申请": 20,
            "往来港澳签注": 10, "驾驶证期满换证": 12, "社保卡申领": 15, "社保卡补换": 12, "灵活就业参保登记": 15, "养老保险关系转移": 20,
            "失业保险金申领": 15, "退休待遇核定咨询": 30, "异地就医备案": 10, "城乡居民参保登记": 12, "医保关系转移接续": 15,
            "门诊慢特病认定": 20, "生育津贴申领": 20, "存量房转移登记": 40, "抵押权首次登记": 30, "抵押权注销": 15, "不动产查询": 8,
            "商品房转移登记": 35, "企业设立登记": 40, "企业变更登记": 30, "企业简易注销": 25, "个体工商户设立": 20, "食品经营许可": 35,
            "新办纳税人套餐": 30, "发票领用": 12, "存量房交易申报": 30, "开具完税证明": 8, "施工许可证核发": 45, "公租房申请": 30,
            "商品房预售资金咨询": 20, "购房提取": 20, "离职提取": 15, "贷款申请": 45, "结婚登记": 30, "高龄津贴申领": 15,
            "护士执业变更注册": 15,
        ]
        #expect(snapshot.items.count == 42)
        #expect(Dictionary(uniqueKeysWithValues: snapshot.items.map { ($0.name.zh, $0.minutes) }) == minutes)
    }

    @Test func `each special state is held by some item`() {
        let items = snapshot.items
        #expect(items.contains { $0.channels == [.online] && $0.presence == .entrusted })
        #expect(items.contains { $0.presence == .absent && $0.absenceReason == .secrecy })
        #expect(items.contains { $0.reach == .nation && $0.lifeEvents.contains("cross-province") })
        #expect(items.contains { $0.minimumAssurance == .l3 && $0.booking == .allowed })
        #expect(items.contains { $0.applicants == [.organisation] })
        #expect(snapshot.item("marriage-registration")?.proxyAllowed == false)
        #expect(items.contains { $0.booking == .none && $0.presence == .window })
    }

    @Test func `what can be done at all can be done at a hall, unless it is on the negative list`() {
        for item in snapshot.items {
            #expect(snapshot.halls(serving: item.id).isEmpty == (item.presence == .absent), "\(item.id)")
        }
    }

    @Test func `sixteen cities, two county halls of each pilot city and every other kind of hall`() {
        #expect(snapshot.cities.count == 16)
        #expect(snapshot.city("laiwu")?.abolishedOn == LocalDate("2019-01-01"))
        #expect(snapshot.halls.filter { $0.level == .city }.count == 16)
        for city in snapshot.cities {
            let counties = snapshot.halls.filter { $0.level == .county && $0.city == city.id }
            #expect(counties.count == (city.pilot ? 2 : 0), "\(city.id)")
        }
        #expect(snapshot.cities.filter(\.pilot).map(\.id) == ["jinan", "qingdao", "linyi", "dezhou", "liaocheng"])
        for level in HallLevel.allCases { #expect(snapshot.halls.contains { $0.level == level }) }
        #expect(snapshot.halls.filter { $0.level == .branch }.allSatisfy { $0.parent == "jinan" })
        #expect(snapshot.halls.allSatisfy { $0.address.zh.contains("示例") && $0.address.en.contains("Demo") })
    }

    @Test func `codes of cities are those of GB 2260`() {
        let codes = snapshot.cities.map(\.code)
        #expect(
            codes == [
                "370100", "370200", "370300", "370400", "370500", "370600", "370700", "370800", "370900", "371000",
                "371100", "371300", "371400", "371500", "371600", "371700",
            ])
    }

    @Test func `groups and windows follow from their hall`() throws {
        let group = try #require(snapshot.group(serving: "estate-transfer-existing", in: "jinan"))
        #expect(group.id == "jinan-estate" && group.letter == "C")
        #expect(snapshot.windows(of: group.id).map(\.id) == (1...4).map { "jinan-estate-\($0)" })
        #expect(snapshot.window("jinan-estate-1")?.hall == "jinan")
        #expect(snapshot.group(serving: "tax-existing-home", in: "jinan")?.id == "jinan-estate")
        #expect(snapshot.group(serving: "estate-query", in: "jinan-village") == nil)
        #expect(snapshot.group(serving: "estate-transfer-new", in: "jinan-24h") != nil)
        for hall in snapshot.halls {
            let numbers = snapshot.windows(in: hall.id).map(\.number)
            #expect(numbers == Array(1...numbers.count), "\(hall.id)")
        }
    }

    struct Fault: Sendable, CustomTestStringConvertible {
        let file: String
        let old: String
        let new: String
        let expected: String
        var testDescription: String { "\(file): \(expected)" }
    }

    static let broken = [
        Fault(file: "items.json", old: "\"minutes\": 10", new: "\"minutes\": 0", expected: "/items/0/minutes"),
        Fault(file: "items.json", old: "\"minutes\": 10", new: "\"minutes\": \"10\"", expected: "/items/0/minutes"),
        Fault(file: "items.json", old: "\"minutes\": 10", new: "\"minuets\": 10", expected: "/items/0/minuets"),
        Fault(
            file: "items.json", old: "\"department\": \"police\"", new: "\"department\": \"polices\"",
            expected: "names no department"),
        Fault(
            file: "items.json", old: "\"absenceReason\": \"secrecy\"", new: "\"absenceReason\": \"noise\"",
            expected: "space, secrecy"),
        Fault(file: "items.json", old: "\"absenceReason\": \"secrecy\",", new: "", expected: "absenceReason"),
        Fault(file: "items.json", old: "\"proxyAllowed\": true", new: "\"proxyAllowed\": 1", expected: "true or false"),
        Fault(file: "items.json", old: "{", new: "{,", expected: "items.json"),
        Fault(file: "halls.json", old: "济南市政务服务中心", new: "济南市政务大厅", expected: "/halls/0/name/zh"),
        Fault(
            file: "halls.json", old: "\"kind\": \"complaint\"", new: "\"kind\": \"agency\"",
            expected: "compulsory window of kind complaint"),
        Fault(file: "halls.json", old: "\"letter\": \"B\"", new: "\"letter\": \"A\"", expected: "letter A"),
        Fault(file: "halls.json", old: "\"letter\": \"B\"", new: "\"letter\": \"BB\"", expected: "one capital letter"),
        Fault(file: "halls.json", old: "\"closes\": \"12:00\"", new: "\"closes\": \"08:00\"", expected: "after opens"),
        Fault(file: "halls.json", old: "\"closes\": \"12:00\"", new: "\"closes\": \"15:00\"", expected: "overlap"),
        Fault(file: "halls.json", old: "\"parent\": \"jinan\"", new: "\"parent\": \"nowhere\"", expected: "/parent"),
        Fault(file: "halls.json", old: "\"latitude\": 36.651", new: "\"latitude\": 136.651", expected: "latitude"),
        Fault(
            file: "halls.json", old: "\"layout\": \"city\"", new: "\"layout\": \"castle\"", expected: "/halls/0/layout"),
        Fault(file: "calendar.json", old: "2025-01-26", new: "2025-01-27", expected: "Saturday or Sunday"),
        Fault(file: "calendar.json", old: "2025-01-26", new: "2025-02-30", expected: "YYYY-MM-DD"),
        Fault(
            file: "calendar.json", old: "\"to\": \"2025-01-01\"", new: "\"to\": \"2024-01-01\"",
            expected: "must lie in 2025"),
        Fault(
            file: "departments.json", old: "\"en\": \"Tax\"", new: "\"fr\": \"Tax\"", expected: "/departments/5/name/fr"
        ),
        Fault(
            file: "departments.json", old: "\"id\": \"tax\"", new: "\"id\": \"market\"",
            expected: "market appears twice"),
    ]

    @Test(arguments: broken) func `a fault is told with file and member`(fault: Fault) throws {
        let manager = FileManager.default
        let directory = manager.temporaryDirectory.appending(path: "catalogue-seed-\(UUID())").path(
            percentEncoded: false)
        try manager.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? manager.removeItem(atPath: directory) }
        for file in ["departments.json", "items.json", "halls.json", "calendar.json"] {
            var text = try String(contentsOfFile: DemoCatalogue.directory + "/" + file, encoding: .utf8)
            if file == fault.file {
                let range = try #require(text.range(of: fault.old))
                text.replaceSubrange(range, with: fault.new)
            }
            try text.write(toFile: directory + "/" + file, atomically: false, encoding: .utf8)
        }
        let refused = try #require(throws: CatalogueSeedRefused.self) { try SeedFiles.read(directory: directory) }
        #expect(refused.description.contains(fault.file), "\(refused)")
        #expect(refused.description.contains(fault.expected), "\(refused)")
    }

    @Test func `an absent directory names every file`() throws {
        let refused = try #require(throws: CatalogueSeedRefused.self) { try SeedFiles.read(directory: "/nonexistent") }
        #expect(Set(refused.faults.map(\.file)) == ["departments.json", "items.json", "halls.json", "calendar.json"])
    }
}

@Suite("Names of halls by level")
struct HallNameTests {
    @Test(arguments: [
        ("济南市政务服务中心", HallLevel.city), ("历下区政务服务中心", .county), ("示例街道便民服务中心", .town), ("示例社区便民服务站", .village),
        ("济南市办税服务厅", .branch), ("济南市24小时自助服务区", .selfService),
    ]) func `a name by the rule is accepted`(name: String, level: HallLevel) {
        #expect(HallNameRule.fault(in: name, level: level) == nil)
    }

    @Test(arguments: [
        ("济南市政务大厅", HallLevel.city), ("政务服务中心", .city), ("历下区便民服务中心", .county), ("示例街道政务服务中心", .town),
        ("示例社区便民服务中心", .village), ("某某政务服务中心", .branch), ("济南市自助大厅", .selfService), ("", .village),
    ]) func `another name is refused`(name: String, level: HallLevel) {
        #expect(HallNameRule.fault(in: name, level: level) != nil)
    }
}
