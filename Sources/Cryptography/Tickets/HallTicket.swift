package import Core
import Crypto

/// What the QR on a booked visit says: enough for the one hall it names to admit its holder without a network.
///
/// 41 bytes on paper: format and key number 1, reservation 16, hall 4, item 4, start 4 (minutes), window 2 (minutes),
/// person 8, revision 2; big-endian.
package struct HallTicket: Sendable, Hashable {
    /// A slug's fingerprint: 32 bits of SHA-256. It tells halls and items apart, it does not hide them.
    package struct Fingerprint: Sendable, Hashable {
        let bits: UInt32

        init(bits: UInt32) {
            self.bits = bits
        }

        package init(_ id: String) {
            bits = SHA256.hash(data: Array(id.utf8)).prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
        }
    }

    /// UUID text of the reservation row.
    package let reservation: String
    package let hall: Fingerprint
    package let item: Fingerprint
    /// Start of the slot, on a whole minute.
    package let start: Instant
    /// Length of the slot in minutes, 0…65,535.
    package let windowMinutes: Int
    /// 8 bytes of the person's keyed fingerprint, compared when an identity card is at hand.
    package let person: [UInt8]
    /// Grows by one with every move of the reservation, 0…65,535; lower revisions are void.
    package let revision: Int

    static let length = 41
    private static let personLength = 8

    /// - Throws: `HallTicketFault.unwritable` when a value has no place in the 41 bytes.
    package init(
        reservation: String, hall: String, item: String, start: Instant, windowMinutes: Int, person: [UInt8],
        revision: Int
    ) throws(HallTicketFault) {
        guard UUIDv7.bytes(reservation) != nil else { throw .unwritable("reservation") }
        guard start.milliseconds % 60_000 == 0, (0...Int64(UInt32.max)).contains(start.milliseconds / 60_000) else {
            throw .unwritable("start")
        }
        guard UInt16(exactly: windowMinutes) != nil else { throw .unwritable("window") }
        guard UInt16(exactly: revision) != nil else { throw .unwritable("revision") }
        guard person.count == HallTicket.personLength else { throw .unwritable("person") }
        self.reservation = reservation
        self.hall = Fingerprint(hall)
        self.item = Fingerprint(item)
        self.start = start
        self.windowMinutes = windowMinutes
        self.person = person
        self.revision = revision
    }

    /// The eight bytes by which a ticket knows its holder, from the holder's canonical identity document.
    package static func person(_ canonicalDocument: String, provider: some CryptoProvider) -> [UInt8] {
        let index = Base64URL.decode(provider.blindIndex(canonicalDocument, domain: "hall-ticket.person")) ?? []
        return Array(index.prefix(personLength))
    }

    /// The claims after the leading byte.
    var body: [UInt8] {
        let minutes = UInt32(start.milliseconds / 60_000)
        return (UUIDv7.bytes(reservation) ?? []) + HallTicket.bytes(hall.bits) + HallTicket.bytes(item.bits)
            + HallTicket.bytes(minutes) + HallTicket.bytes(UInt16(windowMinutes)) + person
            + HallTicket.bytes(UInt16(revision))
    }

    /// - Precondition: 40 bytes, the claims after the leading one.
    init(body: [UInt8]) {
        func number(_ range: Range<Int>) -> Int { body[range].reduce(0) { $0 << 8 | Int($1) } }
        reservation = UUIDv7.text(Array(body[0..<16]))
        hall = Fingerprint(bits: UInt32(number(16..<20)))
        item = Fingerprint(bits: UInt32(number(20..<24)))
        start = Instant(milliseconds: Int64(number(24..<28)) * 60_000)
        windowMinutes = number(28..<30)
        person = Array(body[30..<38])
        revision = number(38..<40)
    }

    private static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }
}

extension HallTicket {
    /// Whether this hall may redeem the ticket now, in the order in which a guide would explain it.
    /// - Parameters:
    ///   - opens: how long before the start check-in opens.
    ///   - closes: how long after the end of the slot it closes.
    ///   - revision: the reservation's present revision where it is known; a network may be absent.
    package func check(
        hall: String, now: Instant, opens: Duration, closes: Duration, revision: Int?
    ) throws(HallTicketFault) {
        guard self.hall == Fingerprint(hall) else { throw .wrongHall }
        if let revision, revision != self.revision { throw .staleRevision }
        guard now >= start - opens else { throw .tooEarly }
        guard now <= start + .minutes(windowMinutes) + closes else { throw .tooLate }
    }
}

/// Why a ticket is refused; each has its own advice to the holder.
package enum HallTicketFault: Error, Sendable, Hashable {
    case unwritable(String)
    /// Not 158 characters: cut off, or no ticket of ours.
    case wrongLength
    case malformed
    case unknownFormat
    /// Signed by a key that this hall does not have (any more).
    case unknownKey(Int)
    case signatureInvalid
    case wrongHall
    /// Moved or changed since it was printed.
    case staleRevision
    case tooEarly
    case tooLate
}
