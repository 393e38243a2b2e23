#if DEBUG || YIMEN_FUZZING
import Core

@testable import Cryptography

/// What we wrote ourselves and somebody else may have changed: password hashes, sealed values, printed tickets.
enum SealTargets {
    static let all = [passwordHash, base45, hallTicket, ticketClaims, sealed]

    private static let passwordHash = FuzzTarget(
        "password-hash", ["$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"]
    ) { text in
        if let hash = PHCString(text) { hold(same(hash.description, text), "one spelling") }
    }

    private static let base45 = FuzzTarget("base45", ["", "BB8", "%69 VD92EX0", "QED8WEX0"]) { text in
        if let bytes = Base45.decode(text) { hold(same(Base45.encode(bytes), text), "one spelling") }
        let bytes = Array(text.utf8)
        hold(Base45.decode(Base45.encode(bytes)) == bytes, "round trip")
    }

    private static let codec = FixedValues.made { try HallTicketCodec(keyRing: FixedValues.ring) }
    private static let ticket = FixedValues.made {
        try HallTicket(
            reservation: "0192f0c1-2b3a-7c4d-8e5f-0123456789ab", hall: "jinan-24h", item: "social-card-application",
            start: FixedValues.now, windowMinutes: 20, person: [1, 2, 3, 4, 5, 6, 7, 8], revision: 1)
    }

    private static let hallTicket = FuzzTarget("hall-ticket", [FixedValues.made { try codec.encode(ticket) }]) { text in
        let read = try codec.decode(text)
        hold(read == ticket, "only what was signed")
    }

    private static let ticketClaims = FuzzTarget("hall-ticket-claims", bytes: [ticket.body]) { bytes in
        guard bytes.count >= HallTicket.length - 1 else { return }
        let body = Array(bytes.prefix(HallTicket.length - 1))
        let ticket = HallTicket(body: body)
        hold(ticket.body == body, "round trip")
        try ticket.check(hall: "jinan-24h", now: FixedValues.now, opens: .hours(1), closes: .hours(1), revision: nil)
    }

    private static let place = "identity_person.document:1"

    private static let sealed = FuzzTarget(
        "sealed-value", [FixedValues.made { try FixedValues.crypto.seal("plain", context: place) }, "v1.1.", "v1.2.AA"]
    ) { text in
        let number = StandardProvider.keyNumber(of: text)
        _ = FixedValues.crypto.needsResealing(text)
        let plain = try FixedValues.crypto.openText(text, context: place)
        hold(plain == "plain" && number == 1, "only what was sealed")
        hold((try? FixedValues.crypto.open(text, context: place + "1")) == nil, "only in its place")
    }
}
#endif
