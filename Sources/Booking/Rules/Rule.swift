import Core

/// One immutable version of a schedule template of a window group.
struct Rule: Sendable, Hashable {
    /// The same over all versions of one template.
    let series: String
    let version: Int
    let group: String
    /// ISO 8601 weekdays, 1 Monday … 7 Sunday; a make-up day counts as the weekday it acts as.
    let weekdays: Set<Int>
    /// Minutes after local midnight, 0…1439.
    let from: Int
    /// Minutes after local midnight, `from`+1…1440.
    let to: Int
    /// Length of a cell in minutes, 5…120; a rest shorter than this at the end is not offered.
    let slotMinutes: Int
    /// People that the windows can serve in one cell, booked or not.
    let places: Int
    /// Share of the places that is never bookable, so that nobody must book.
    let walkInPercent: Int
    /// Upper bound of each channel, as share of the bookable places.
    let shares: ChannelShares

    func at(version: Int) -> Rule {
        Rule(
            series: series, version: version, group: group, weekdays: weekdays, from: from, to: to,
            slotMinutes: slotMinutes, places: places, walkInPercent: walkInPercent, shares: shares)
    }

    /// Places that may be booked: the walk-in share is rounded up, yet a single place stays bookable.
    var bookable: Int {
        guard places > 1 else { return walkInPercent < 100 ? places : 0 }
        return places - (places * walkInPercent + 99) / 100
    }
}

/// Per cent of the bookable places that one channel may take; the three may add up to more than 100.
struct ChannelShares: Sendable, Hashable, Codable {
    let web: Int
    let mobile: Int
    let hall: Int

    /// Rounded up, so that a small cell leaves no channel without a place by rounding.
    func cap(of channel: Channel, in bookable: Int) -> Int {
        let percent =
            switch channel {
            case .web: web
            case .mobile: mobile
            case .hall: hall
            }
        return (bookable * percent + 99) / 100
    }
}
