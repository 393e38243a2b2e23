import Catalogue
import Core
import Web

/// Texts, dates and counts of one page in its reader's language.
struct PageWords: Sendable {
    let renderer: PageRenderer
    let locale: WebLocale
    let today: LocalDate

    init(_ renderer: PageRenderer, _ context: WebContext, now: Instant) {
        self.renderer = renderer
        locale = context.locale
        today = ProvinceTime.date(of: now)
    }

    func callAsFunction(_ key: String, _ values: [String: String] = [:]) -> String {
        renderer.text(key, locale, values)
    }

    func callAsFunction(_ text: LocalizedText) -> String {
        text.text(language: locale.rawValue)
    }

    /// A text about so many of something, in the form that the language has for the number.
    func count(_ key: String, _ count: Int) -> String {
        self(key, ["count": String(count)])
    }

    /// A key that may have no text of its own falls back to another.
    func text(_ prefix: String, _ name: String, suffix: String = "", otherwise: String = "other") -> String {
        let key = "\(prefix).\(name)\(suffix)"
        let text = self(key)
        return text == key ? self("\(prefix).\(otherwise)\(suffix)") : text
    }

    func weekday(_ date: LocalDate) -> String {
        self("booking.weekday.\(date.weekday)")
    }

    /// `今天`, `明天`, otherwise the weekday.
    func nearDay(_ date: LocalDate) -> String {
        switch date.dayNumber - today.dayNumber {
        case 0: self("booking.day.today")
        case 1: self("booking.day.tomorrow")
        default: weekday(date)
        }
    }

    /// `11/24`, for the day strip.
    func shortDate(_ date: LocalDate) -> String {
        "\(date.month)/\(date.day)"
    }

    func month(_ date: LocalDate) -> String {
        self("booking.month.\(date.month)")
    }

    /// `11月24日 周二`; the year only when it is not this one.
    func date(_ date: LocalDate) -> String {
        let key = date.year == today.year ? "booking.date" : "booking.date.year"
        return self(
            key,
            [
                "year": String(date.year), "month": month(date), "day": String(date.day), "weekday": weekday(date),
            ])
    }

    /// `10:30–11:10`.
    func span(_ start: Instant, _ end: Instant?) -> String {
        ProvinceTime.clock(start) + (end.map { "–" + ProvinceTime.clock($0) } ?? "")
    }

    /// `11月24日 周二 10:30–11:10`.
    func moment(_ start: Instant, _ end: Instant? = nil) -> String {
        date(ProvinceTime.date(of: start)) + " " + span(start, end)
    }

    /// `明天 09:00`; further away with its date.
    func nearMoment(_ instant: Instant) -> String {
        let day = ProvinceTime.date(of: instant)
        let isNear = day.dayNumber - today.dayNumber <= 1
        return (isNear ? nearDay(day) : date(day)) + " " + ProvinceTime.clock(instant)
    }

    func window(_ number: Int) -> String {
        self("booking.window", ["number": String(number)])
    }

    func zone(_ zone: Zone) -> String {
        self("booking.zone", ["floor": String(zone.floor), "zone": self(zone.name)])
    }

    /// - Parameter staffed: false while no window is open, so that the time begins when one opens.
    func wait(_ wait: WaitEstimate, staffed: Bool) -> String {
        guard staffed else {
            return self(
                wait.high <= 1 ? "booking.wait.opening" : "booking.wait.opening.about", ["median": String(wait.median)])
        }
        if wait.high <= 1 { return self("booking.wait.now") }
        let values = ["median": String(wait.median), "low": String(wait.low), "high": String(wait.high)]
        return self(wait.low == wait.high ? "booking.wait.about" : "booking.wait.range", values)
    }

    func minutes(_ duration: Duration) -> String {
        count("window.minutes", Int(max(0, duration.milliseconds) / 60_000))
    }

    /// For how long a window has been open: `已开启 2 小时 5 分钟`.
    func openSince(_ opened: Instant, now: Instant) -> String {
        let minutes = max(0, (now - opened).milliseconds / 60_000)
        return self(
            minutes < 60 ? "window.since" : "window.since.hours",
            ["hours": String(minutes / 60), "minutes": String(minutes % 60)])
    }
}
