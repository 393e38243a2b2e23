package import Core

/// One matter that a citizen or a firm can get done (政务服务事项), the single source for every channel.
package struct ServiceItem: Sendable, Hashable, Codable {
    /// A readable slug, for example `estate-transfer-existing`.
    package let id: String
    /// The implementation code, opaque text of at most 64 characters: provinces use forms of their own.
    package let code: String
    package let department: String
    package let name: LocalizedText
    package let summary: LocalizedText
    /// Planning time at the window, 1…240.
    package let minutes: Int
    package let kind: ItemKind
    package let applicants: Set<ApplicantKind>
    package let channels: Set<ServiceChannel>
    package let presence: HallPresence
    /// Why the item is not at the halls' own windows; present exactly when `presence` is not `.window`.
    package let absenceReason: AbsenceReason?
    package let reach: ItemReach
    package let booking: BookingMode
    /// Below this level the person is asked to step up, not refused.
    package let minimumAssurance: AssuranceLevel
    /// Whether another person may act for the applicant under a mandate.
    package let proxyAllowed: Bool
    /// What to bring, one line each.
    package let materials: [LocalizedText]
    /// Colloquial names, synonyms and common abbreviations under which people look for the item.
    package let words: [String]
    package let lifeEvents: [String]
    /// 0…100; orders items of equal relevance and chooses those on the home page.
    package let popularity: Int

    package init(
        id: String, code: String, department: String, name: LocalizedText, summary: LocalizedText, minutes: Int,
        kind: ItemKind, applicants: Set<ApplicantKind> = [.person], channels: Set<ServiceChannel> = [.hall],
        presence: HallPresence = .window, absenceReason: AbsenceReason? = nil, reach: ItemReach = .city,
        booking: BookingMode = .allowed, minimumAssurance: AssuranceLevel = .l1, proxyAllowed: Bool = true,
        materials: [LocalizedText] = [], words: [String] = [], lifeEvents: [String] = [], popularity: Int = 0
    ) {
        self.id = id
        self.code = code
        self.department = department
        self.name = name
        self.summary = summary
        self.minutes = minutes
        self.kind = kind
        self.applicants = applicants
        self.channels = channels
        self.presence = presence
        self.absenceReason = absenceReason
        self.reach = reach
        self.booking = booking
        self.minimumAssurance = minimumAssurance
        self.proxyAllowed = proxyAllowed
        self.materials = materials
        self.words = words
        self.lifeEvents = lifeEvents
        self.popularity = popularity
    }
}

/// 即办件 is done while the person waits; 承诺件 within a promised time.
package enum ItemKind: String, Sendable, Hashable, Codable, CaseIterable {
    case instant, promised
}

/// 自然人 or 法人.
package enum ApplicantKind: String, Sendable, Hashable, Codable, CaseIterable {
    case person, organisation
}

package enum ServiceChannel: String, Sendable, Hashable, Codable, CaseIterable {
    case online, hall
}

/// How an item is present in the halls.
package enum HallPresence: String, Sendable, Hashable, Codable, CaseIterable {
    /// Done at the hall's own windows.
    case window
    /// A hall window takes the papers for the department (委托窗口收件).
    case entrusted
    /// On the negative list (进驻负面清单): only the department itself does it.
    case absent
}

/// The only two reasons the negative list knows: 场地 and 涉密.
package enum AbsenceReason: String, Sendable, Hashable, Codable, CaseIterable {
    case space, secrecy
}

/// 通办范围: from where an item may be asked for.
package enum ItemReach: String, Sendable, Hashable, Codable, CaseIterable {
    case city, province, nation
}

/// Whether a time may be booked (是否支持预约办理); walking in is always possible.
package enum BookingMode: String, Sendable, Hashable, Codable, CaseIterable {
    case allowed, none
}
