import Core
import Cryptography
import Testing

@Suite("Hall tickets: 41 bytes and a signature in 158 characters")
struct HallTicketTests {
    private static let reservation = "0193a5c0-0000-7000-8000-00000000002a"
    private static let start = Instant(seconds: 1_795_397_400)

    private func ticket(hall: String = "jinan", revision: Int = 1) throws -> HallTicket {
        try HallTicket(
            reservation: Self.reservation, hall: hall, item: "estate-transfer-existing", start: Self.start,
            windowMinutes: 30, person: [1, 2, 3, 4, 5, 6, 7, 8], revision: revision)
    }

    @Test func `a ticket is 158 characters of the QR alphabet and reads back`() throws {
        let codec = try HallTicketCodec(keyRing: .temporary())
        let text = try codec.encode(try ticket())
        #expect(text.utf8.count == 158)
        #expect(text.allSatisfy { "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:".contains($0) })
        #expect(try codec.decode(text) == ticket())
        #expect(try codec.decode(text + "\r\n") == ticket())
    }

    @Test func `every changed character is refused`() throws {
        let codec = try HallTicketCodec(keyRing: .temporary())
        let text = Array(try codec.encode(try ticket()).utf8)
        for index in text.indices {
            for replacement in Array("0A:Z ~".utf8) where replacement != text[index] {
                var altered = text
                altered[index] = replacement
                #expect(throws: HallTicketFault.self) { try codec.decode(String(decoding: altered, as: UTF8.self)) }
            }
        }
    }

    @Test func `every flipped bit is refused`() throws {
        let codec = try HallTicketCodec(keyRing: .temporary())
        let bytes = try #require(Base45.decode(try codec.encode(try ticket())))
        #expect(bytes.count == 105)
        for index in bytes.indices {
            for bit in 0..<8 {
                var altered = bytes
                altered[index] ^= 1 << bit
                let expected: HallTicketFault =
                    switch (index, bit) {
                    case (0, 4...): .unknownFormat
                    case (0, _): .unknownKey(Int(altered[0] & 15))
                    default: .signatureInvalid
                    }
                #expect(throws: expected) { try codec.decode(Base45.encode(altered)) }
            }
        }
    }

    @Test func `every truncation and extension is refused`() throws {
        let codec = try HallTicketCodec(keyRing: .temporary())
        let text = try codec.encode(try ticket())
        for count in 0..<158 {
            #expect(throws: HallTicketFault.wrongLength) { try codec.decode(String(text.prefix(count))) }
        }
        #expect(throws: HallTicketFault.wrongLength) { try codec.decode(text + "0") }
        #expect(throws: HallTicketFault.malformed) { try codec.decode(String(repeating: ":", count: 158)) }
        #expect(throws: HallTicketFault.malformed) { try codec.decode(text.lowercased()) }
    }

    @Test func `a ticket of another ring is refused`() throws {
        let text = try HallTicketCodec(keyRing: .temporary()).encode(try ticket())
        let other = try HallTicketCodec(keyRing: .temporary())
        #expect(throws: HallTicketFault.signatureInvalid) { try other.decode(text) }
        let newer = try HallTicketCodec(keyRing: .temporary(numbers: 2...3))
        #expect(throws: HallTicketFault.unknownKey(1)) { try newer.decode(text) }
    }

    @Test func `a device reads with public keys and cannot write`() throws {
        let codec = try HallTicketCodec(keyRing: .temporary(numbers: 1...3))
        #expect(codec.exportedPublicKeys.keys.sorted() == [1, 2, 3])
        let device = try HallTicketCodec(publicKeys: codec.exportedPublicKeys)
        #expect(try device.decode(try codec.encode(try ticket())) == ticket())
        #expect(throws: HallTicketFault.self) { try device.encode(try ticket()) }
        #expect(throws: KeyFault.self) { try HallTicketCodec(publicKeys: [1: "AAAA"]) }
        #expect(throws: KeyFault.self) { try HallTicketCodec(publicKeys: [16: codec.exportedPublicKeys[1] ?? ""]) }
    }

    @Test(arguments: [
        (0, nil as HallTicketFault?), (-30, nil), (-31, .tooEarly), (30, nil), (40, nil), (41, .tooLate),
        (-1440, .tooEarly), (1440, .tooLate),
    ])
    func `check-in opens and closes on time`(minutes: Int, fault: HallTicketFault?) throws {
        let now = Self.start + .minutes(minutes)
        let ticket = try ticket()
        let check: () throws(HallTicketFault) -> Void = { () throws(HallTicketFault) in
            try ticket.check(hall: "jinan", now: now, opens: .minutes(30), closes: .minutes(10), revision: 1)
        }
        if let fault {
            #expect(throws: fault, performing: check)
        } else {
            #expect(throws: Never.self, performing: check)
        }
    }

    @Test func `another hall and an old revision come before the clock`() throws {
        let late = Self.start + .days(2)
        #expect(throws: HallTicketFault.wrongHall) {
            try ticket().check(hall: "qingdao", now: late, opens: .zero, closes: .zero, revision: 9)
        }
        #expect(throws: HallTicketFault.staleRevision) {
            try ticket().check(hall: "jinan", now: late, opens: .zero, closes: .zero, revision: 2)
        }
        #expect(throws: HallTicketFault.tooLate) {
            try ticket().check(hall: "jinan", now: late, opens: .zero, closes: .zero, revision: nil)
        }
    }

    @Test func `values that have no place on paper are refused when written`() {
        func make(
            reservation: String = Self.reservation, start: Instant = Self.start, window: Int = 30,
            person: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0],
            revision: Int = 0
        ) throws -> HallTicket {
            try HallTicket(
                reservation: reservation, hall: "jinan", item: "x", start: start, windowMinutes: window, person: person,
                revision: revision)
        }
        #expect(throws: HallTicketFault.unwritable("reservation")) { try make(reservation: "42") }
        #expect(throws: HallTicketFault.unwritable("start")) { try make(start: Self.start + .seconds(1)) }
        #expect(throws: HallTicketFault.unwritable("start")) { try make(start: Instant(seconds: -60)) }
        #expect(throws: HallTicketFault.unwritable("start")) { try make(start: Instant(seconds: 60 << 32)) }
        #expect(throws: HallTicketFault.unwritable("window")) { try make(window: 65_536) }
        #expect(throws: HallTicketFault.unwritable("person")) { try make(person: [1]) }
        #expect(throws: HallTicketFault.unwritable("revision")) { try make(revision: -1) }
    }

    @Test func `the holder's fingerprint is eight keyed bytes`() throws {
        let provider = StandardProvider(keyRing: .temporary())
        let person = HallTicket.person("citizen:370102180001010001", provider: provider)
        #expect(person.count == 8)
        #expect(person == HallTicket.person("citizen:370102180001010001", provider: provider))
        #expect(person != HallTicket.person("citizen:370202180001010007", provider: provider))
    }
}
