#if DEBUG || YIMEN_FUZZING
import Core

@testable import Web

/// Queries, forms and bodies.
enum ParameterTargets {
    static let all = [parameters, percent, members]

    private static let parameters = FuzzTarget(
        "parameters", bytes: ["a=1&b=%E4%B8%AD+x&a=2&c&=&%3D=%26", "q=%00", "x=%zz", ""].map { Array($0.utf8) }
    ) { bytes in
        let list = try ParameterList(encoded: bytes)
        let again = have(try? ParameterList(encoded: list.encoded.utf8), "what was written can be read")
        hold(again == list && same(again.encoded, list.encoded), "the same parameters")
        for item in list.items {
            hold(list.contains(item.name) && list.all(item.name).contains(item.value), "what is listed is found")
            if let single = try? list.single(item.name) { hold(!single.isEmpty, "empty counts as omitted") }
        }
        if let name = list.firstDuplicate { hold((try? list.single(name)) == nil, "a duplicate is no single one") }
    }

    private static let percent = FuzzTarget("percent", ["%E4%B8%AD", "a+b%20c", "%", "%2", "%2e%2E%2f"]) { text in
        for decoded in [PercentDecoding.path(text), PercentDecoding.form(text.utf8)] {
            guard let decoded else { continue }
            let escaped = PercentDecoding.escape(decoded)
            hold(PercentDecoding.path(escaped).map { same($0, decoded) } == true, "round trip")
            hold(escaped.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x2F && $0 != 0x26 }, "fit for any place")
        }
    }

    private static let members = FuzzTarget(
        "json-members",
        [
            #"{"start":"2026-11-23T09:30:00+08:00","date":"2026-11-23","n":7,"on":true,"names":["a"],"in":{"a":"b"}}"#,
            #"{"a/b~c":null,"text":"","list":[1,"",null]}"#,
        ]
    ) { text in
        let reader = JSONReader(try JSONParser.parse(text))
        for member in reader.value.objectMembers ?? [] {
            let name = member.name
            if let text = try? reader.string(name, max: 20) {
                hold((1...20).contains(text.unicodeScalars.count), "length")
            }
            if let number = try? reader.integer(name, range: -5...5) { hold((-5...5).contains(number), "range") }
            if let texts = try? reader.strings(name, maxCount: 3) { hold((1...3).contains(texts.count), "count") }
            _ = try? reader.bool(name)
            _ = try? reader.instant(name)
            _ = try? reader.date(name)
            _ = try? reader.object(name).rejectUnknown(["a"])
            hold((try? reader.rejectUnknown([])) == nil, "unknown members are refused")
        }
    }
}
#endif
