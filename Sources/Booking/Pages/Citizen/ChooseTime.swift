import Catalogue
import Core
import Web

/// Model of `booking/times`.
struct TimesPage: Sendable {
    let item: ItemPart
    let hall: HallPart
    let hallsURL: String
    let step = StepPart.chooseTime
    let notice: PageNotice?
    let holdURL: String
    /// Makes two presses one hold.
    let key: String
    let days: [FreeTimes.Day]
    let chosen: FreeTimes.Chosen?
}

/// The days and times of one hall, of which one is held.
struct ChooseTime: Sendable {
    let desk: PageDesk
    let words: PageWords

    func page(_ item: ServiceItem, _ hall: Hall, date: LocalDate?, refusal: RefusedTime?) async throws -> TimesPage {
        let url = pagePath("book", item.id, hall.id)
        let finder = FindTimes(
            desk: desk, words: words, items: [item.id], hall: hall.id, url: url, taken: refusal?.taken)
        let times = try await finder.read(date: date)
        return TimesPage(
            item: ItemPart(item, words: words), hall: HallPart(hall, words: words),
            hallsURL: pagePath("book", item.id),
            notice: refusal.map { PageNotice($0.kind, in: "booking.fault", words: words) }, holdURL: url + "/hold",
            key: desk.newKey(), days: times.days, chosen: times.chosen)
    }
}

extension Optional where Wrapped: Sendable {
    func asyncMap<Result: Sendable>(_ transform: (Wrapped) async throws -> Result) async rethrows -> Result? {
        guard let self else { return nil }
        return try await transform(self)
    }
}
