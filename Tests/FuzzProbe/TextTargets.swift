#if DEBUG || YIMEN_FUZZING
import Core

/// The small formats that everything else is made of.
enum TextTargets {
    static let all = [json, base64URL, dateTime, date, uuid]

    private static let json = FuzzTarget(
        "json",
        bytes: [
            "null", "-0", "-0.0", "1e2", "1.5e-7", "9223372036854775807", "9223372036854775808",
            #""a\u00e9\ud83d\ude00\n\/""#,
            #"{"iss":"https://a.example","aud":["x","y"],"exp":1700000000,"ok":true,"no":null,"in":{"n":[[]]}}"#,
            #"[ 1 , {"a" : [ ] } ]"#, "{\"é\":\"\u{65}\u{301}\"}",
        ].map { Array($0.utf8) }
    ) { bytes in
        let value = try JSONParser.parse(bytes)
        let written = value.encoded()
        let again = have(try? JSONParser.parse(written), "what was written can be read")
        hold(again == value, "it says the same")
        hold(again.encoded() == written, "and is written the same")
    }

    private static let base64URL = FuzzTarget("base64url", ["", "AA", "AAE", "_-8", "YWJj", "YQ==", "Zh"]) { text in
        if let bytes = Base64URL.decode(text) { hold(same(Base64URL.encode(bytes), text), "one spelling") }
        let bytes = Array(text.utf8)
        hold(Base64URL.decode(Base64URL.encode(bytes)) == bytes, "round trip")
    }

    private static let dateTime = FuzzTarget(
        "date-time",
        [
            "2026-11-23T09:30:00+08:00", "2026-11-23t09:30:00.123456z", "0001-01-01T00:00:00-23:59",
            "9999-12-31T23:59:59.999999999+23:59", "1969-12-31T23:59:59.9Z",
        ]
    ) { text in
        guard let instant = ProvinceTime.parse(text) else { return }
        let minute = ProvinceTime.minuteOfDay(of: instant)
        hold((0..<1440).contains(minute), "a minute of a day")
        let date = ProvinceTime.date(of: instant)
        // Dates stop at the ends of the calendar, which another offset can lead beyond.
        guard date.dayNumber > -719_162, date.dayNumber < 2_932_896 else { return }
        let written = ProvinceTime.format(instant)
        let again = have(ProvinceTime.parse(written), "what was written can be read")
        hold(again.seconds == instant.seconds, "the same second")
        hold(ProvinceTime.instant(of: date, minute: minute) <= instant, "the minute has begun")
    }

    private static let date = FuzzTarget("date", ["2026-02-28", "2024-02-29", "0001-01-01", "9999-12-31"]) { text in
        guard let date = LocalDate(text) else { return }
        hold(same(date.description, text), "one spelling")
        hold(LocalDate(dayNumber: date.dayNumber) == date, "the day's number is its own")
        hold((1...7).contains(date.weekday), "a weekday")
        hold(date.adding(days: 1).adding(days: -1) == date || date.year == 9999, "there and back")
    }

    private static let uuid = FuzzTarget("uuid", ["0192f0c1-2b3a-7c4d-8e5f-0123456789ab"]) { text in
        if let bytes = UUIDv7.bytes(text) { hold(same(UUIDv7.text(bytes), text), "one spelling") }
    }
}
#endif
