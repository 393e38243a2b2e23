import Catalogue
import Core
import Testing

@Suite("Search: partial words, pinyin, everyday words and slips")
struct SearchTests {
    /// What people type, and the item that must be among the first three.
    static let queries: KeyValuePairs<String, String> = [
        // Names and parts of names.
        "居民身份证换领": "id-card-renewal", "身份证补领": "id-card-replacement", "户口迁移": "household-move",
        "新生儿": "newborn-registration", "居住证": "residence-permit", "普通护照": "passport-first",
        "港澳": "hk-macao-endorsement", "驾驶证": "driving-licence-renewal", "灵活就业": "flexible-employment-insurance",
        "养老保险": "pension-transfer", "失业保险": "unemployment-benefit", "门诊慢特病": "chronic-outpatient-recognition",
        "抵押权首次": "estate-mortgage-first", "不动产查询": "estate-query", "企业设立": "company-registration",
        "个体工商户": "sole-trader-registration", "食品经营": "food-business-licence", "发票领用": "invoice-collection",
        "施工许可": "construction-permit", "公租房": "public-rental-housing", "结婚登记": "marriage-registration",
        "护士执业": "nurse-registration-change", "身份换领": "id-card-renewal", "异地备案": "medical-remote-filing",
        // Everyday words.
        "办房本": "estate-transfer-new", "二手房过户": "estate-transfer-existing", "房产证": "estate-transfer-existing",
        "过户": "estate-transfer-existing", "解押": "estate-mortgage-release", "房贷还清": "estate-mortgage-release",
        "查房产": "estate-query", "无房证明": "estate-query", "契税": "tax-existing-home", "身份证丢了": "id-card-replacement",
        "身份证过期": "id-card-renewal", "上户口": "newborn-registration", "迁户口": "household-move",
        "暂住证": "residence-permit", "港澳通行证": "hk-macao-endorsement", "换驾照": "driving-licence-renewal",
        "社保卡丢了": "social-card-replacement", "办社保卡": "social-card-application", "自己交社保": "flexible-employment-insurance",
        "转社保": "pension-transfer", "领失业金": "unemployment-benefit", "退休金": "retirement-benefit-consultation",
        "外地看病": "medical-remote-filing", "新农合": "medical-resident-enrolment", "转医保": "medical-transfer",
        "慢病卡": "chronic-outpatient-recognition", "产假工资": "maternity-allowance", "开公司": "company-registration",
        "营业执照": "company-registration", "换法人": "company-change", "注销公司": "company-simple-deregistration",
        "开饭店": "food-business-licence", "税务报到": "tax-new-taxpayer", "开发票": "invoice-collection",
        "个税证明": "tax-paid-certificate", "廉租房": "public-rental-housing", "监管账户": "presale-fund-consultation",
        "取公积金": "fund-home-purchase", "公积金贷款": "fund-loan", "辞职公积金": "fund-leaving", "领证": "marriage-registration",
        "老年补贴": "elder-allowance", "80岁补贴": "elder-allowance", "护士证": "nurse-registration-change",
        "注册公司": "company-registration", "个体户": "sole-trader-registration", "纳税证明": "tax-paid-certificate",
        "车": "driving-licence-renewal", "开车": "driving-licence-renewal", "汽车": "driving-licence-renewal",
        "驾照": "driving-licence-renewal", "车本": "driving-licence-renewal",
        // Questions.
        "身份证丢了怎么补": "id-card-replacement", "我想给孩子上户口": "newborn-registration", "怎么办护照": "passport-first",
        "如何领取失业金": "unemployment-benefit", "二手房过户需要什么材料": "estate-transfer-existing",
        "社保卡丢了怎么办": "social-card-replacement", "异地就医怎么报销": "medical-remote-filing", "请问结婚证去哪办": "marriage-registration",
        "公积金 贷款": "fund-loan", "房子 抵押": "estate-mortgage-first",
        // Pinyin, whole and in initials.
        "bdcdj": "estate-transfer-existing", "bdc": "estate-query", "budongchandengji": "estate-transfer-new",
        "shenfenzheng": "id-card-renewal", "sfz": "id-card-renewal", "huzhao": "passport-first", "hz": "passport-first",
        "jiehun": "marriage-registration", "jhdj": "marriage-registration", "gongjijin": "fund-home-purchase",
        "gjj": "fund-home-purchase", "shebaoka": "social-card-application", "sbk": "social-card-application",
        "yidijiuyi": "medical-remote-filing", "ydjy": "medical-remote-filing", "jiashizheng": "driving-licence-renewal",
        "zhucegongsi": "company-registration", "yyzz": "company-registration", "fapiao": "invoice-collection",
        "shiyejin": "unemployment-benefit", "banfangben": "estate-transfer-new", "jzz": "residence-permit",
        "Sfz": "id-card-replacement", "qiye sheli": "company-registration",
        // Slips: wrong, missing, doubled and swapped characters, homophones, keys.
        "身分证": "id-card-renewal", "居民生份证换领": "id-card-renewal", "居民身份换领": "id-card-renewal",
        "不动产登计": "estate-transfer-existing",
        "不懂产登记": "estate-transfer-existing", "驾使证换证": "driving-licence-renewal", "结昏登记": "marriage-registration",
        "公基金贷款": "fund-loan", "公积金代款": "fund-loan", "失业宝险": "unemployment-benefit", "营业执找": "company-registration",
        "户迁口移": "household-move", "异地就医备安": "medical-remote-filing", "食品经营许克": "food-business-licence",
        "生育金贴": "maternity-allowance", "完税正明": "tax-paid-certificate", "shenfenzhen": "id-card-renewal",
        "huzaho": "passport-first", "gongjjin": "fund-home-purchase", "budongcandengji": "estate-transfer-existing",
        "施工许可正": "construction-permit", "灵活旧业": "flexible-employment-insurance", "高令津贴": "elder-allowance",
        "護照": "passport-first", "ＳＦＺ": "id-card-renewal", "发漂": "invoice-collection",
        "户照": "passport-first", "失叶宝险": "unemployment-benefit", "passport": "passport-first",
        "marriage": "marriage-registration", "pasport": "passport-first", "driving licence": "driving-licence-renewal",
    ]

    @Test func `the right item is among the first three for nine queries of ten`() async {
        let catalogue = Catalogue(DemoCatalogue.snapshot)
        await catalogue.learnAllReadings()
        let search = catalogue.current.search
        var missed = [String]()
        for (query, expected) in Self.queries {
            let found = search.items(matching: query).prefix(3).map(\.value.id)
            if !found.contains(expected) { missed.append("\(query) → \(found), not \(expected)") }
        }
        #expect(Self.queries.count >= 100)
        #expect(Double(missed.count) <= Double(Self.queries.count) * 0.1, "\(missed.joined(separator: "\n"))")
        if !missed.isEmpty { print("search misses:\n" + missed.joined(separator: "\n")) }
    }

    @Test func `the plain kinds of query work before all readings are learnt`() {
        let search = DemoCatalogue.snapshot.search
        for query in ["bdcdj", "sfz", "办房本", "护照", "身份证丢了"] {
            #expect(!search.items(matching: query).isEmpty, "\(query)")
        }
    }

    @Test(arguments: ["办房本", "bdcdj", "bdc", "不动产登记"])
    func `words for a home lead to real estate first`(query: String) {
        let found = DemoCatalogue.snapshot.search.items(matching: query)
        #expect(found.first?.value.department == "estate")
        #expect(found.filter { $0.value.department == "estate" }.count >= 1)
    }

    @Test(arguments: ["", " ", "，。", "xq9zzkw", "🙂🙂🙂", "\u{0}\u{1}", "龘龘龘龘"])
    func `nothing is found for nothing`(query: String) {
        #expect(DemoCatalogue.snapshot.search.items(matching: query).isEmpty)
    }

    @Test func `hostile input costs little and does no harm`() {
        let search = DemoCatalogue.snapshot.search
        for text in [
            String(repeating: "证", count: 100_000), String(repeating: "a b ", count: 10_000), "%_'\";--", "\u{202E}护照",
        ] {
            _ = search.items(matching: text)
        }
        let clock = ContinuousClock()
        let hostile = String(repeating: "aaaaaaaaaaaaaaaa", count: 4)
        #expect(clock.measure { _ = search.items(matching: hostile) } < .milliseconds(200))
    }

    @Test func `hits are marked in the name, in UTF-16 units`() throws {
        let search = DemoCatalogue.snapshot.search
        func marked(_ query: String, _ id: String) throws -> [String] {
            let found = try #require(search.items(matching: query).first { $0.value.id == id })
            let units = Array(found.value.name.zh.utf16)
            return found.marks.map { String(decoding: units[$0], as: UTF16.self) }
        }
        #expect(try marked("身份证", "id-card-renewal") == ["身份证"])
        #expect(try marked("shenfen", "id-card-renewal") == ["身份"])
        #expect(try marked("身份证 换领", "id-card-renewal") == ["身份证换领"])
        #expect(try marked("身份证丢了", "id-card-replacement") == ["身份证"])
    }

    @Test func `the everyday name that led to an item is told`() throws {
        let found = try #require(DemoCatalogue.snapshot.search.items(matching: "办房本").first)
        #expect(found.alias == "办房本" && found.aliasMarks == [0..<3])
        let part = try #require(DemoCatalogue.snapshot.search.items(matching: "办房").first)
        #expect(part.alias == "办房本" && part.aliasMarks == [0..<2])
    }

    /// The search as it is once every character's reading is known.
    private static func learnt() async -> CatalogueSearch {
        let catalogue = Catalogue(DemoCatalogue.snapshot)
        await catalogue.learnAllReadings()
        return catalogue.current.search
    }

    @Test(
        arguments: [
            ("车", ["driving-licence-renewal"]), ("开车", ["driving-licence-renewal"]),
            ("汽车", ["driving-licence-renewal"]), ("扯", ["marriage-registration"]),
            ("撤", ["estate-mortgage-release"]), ("乘", []), ("户照", ["passport-first"]), ("jinan", []), ("lixia", []),
            ("qingdao", []), ("113701", []), ("11370100DEM00001423370701001000", ["id-card-renewal"]),
        ] as [(String, [String])])
    func `what only sounds or is spelt a little like the words is not found`(query: String, expected: [String]) async {
        let search = await Self.learnt()
        #expect(search.items(matching: query).map(\.value.id) == expected)
    }

    @Test func `a character is not taken for others in the names of halls, nor a city for its neighbours`() async {
        let search = await Self.learnt()
        for query in ["车", "开车", "汽车", "领证", "护士证", "jiashizheng"] {
            #expect(search.halls(matching: query).isEmpty, "\(query)")
        }
        #expect(search.halls(matching: "lixia").map(\.value.id) == ["jinan-lixia"])
        #expect(search.halls(matching: "jinan").allSatisfy { $0.value.city == "jinan" })
    }

    @Test func `everything found shows what was hit`() async throws {
        let search = await Self.learnt()
        for (query, _) in Self.queries {
            for found in search.items(matching: query) {
                let marks = found.marks + found.englishMarks + found.aliasMarks + found.placeMarks
                #expect(!(marks + found.englishPlaceMarks).isEmpty, "\(query) → \(found.value.id)")
            }
        }
        let homophone = try #require(search.items(matching: "户照").first)
        #expect(homophone.marks == [2..<4])
        let misspelt = try #require(search.items(matching: "pasport").first)
        #expect(misspelt.englishMarks == [15..<23] && misspelt.marks.isEmpty)
        let department = try #require(search.items(matching: "公安").first)
        #expect(department.placeMarks == [0..<2] && department.marks.isEmpty)
        let hall = try #require(search.halls(matching: "济南").first { $0.value.id == "jinan-lixia" })
        #expect(!hall.placeMarks.isEmpty)
    }

    @Test func `halls are found by city, kind and pinyin`() {
        let search = DemoCatalogue.snapshot.search
        #expect(search.halls(matching: "青岛").first?.value.id == "qingdao")
        #expect(search.halls(matching: "qingdao").first?.value.id == "qingdao")
        #expect(search.halls(matching: "历下").first?.value.id == "jinan-lixia")
        #expect(search.halls(matching: "24小时").first?.value.id == "jinan-24h")
        #expect(search.halls(matching: "办税服务厅").first?.value.id == "jinan-tax-branch")
    }
}
