import Core
import Testing

@testable import Booking

@Suite("Booking §6: what is typed or scanned at a machine")
struct KioskCodeTests {
    @Test(arguments: [
        ("4829137065", "4829137065"), ("482 913 7065", "4829137065"), ("482-913-7065", "4829137065"),
        ("４８２９１３７０６５", "4829137065"), ("48291", "48291"), ("abc", ""), ("", ""),
        ("1234567890123456789012345", "123456789012345678"),
    ])
    func `a code is read however it is written`(text: String, digits: String) {
        #expect(KioskCode.digits(text) == digits)
    }

    @Test func `the code is shown as the ticket shows it`() {
        #expect(KioskCode.grouped("4829137065") == "482 913 7065")
        #expect(KioskCode.grouped("4829") == "482 9")
        #expect(KioskCode.grouped("") == "")
    }

    @Test(arguments: [
        ("5", "482", "4825"), ("back", "482", "48"), ("back", "", ""), ("clear", "482", ""),
        ("5", "4829137065", "4829137065"), ("x", "482", "482"), ("55", "482", "482"), ("五", "482", "482"),
    ])
    func `the number pad works without script`(key: String, before: String, after: String) {
        #expect(KioskCode.pressing(key, after: before) == after)
    }

    @Test func `only ten digits are a code`() {
        #expect(KioskCode.proof(typed: "4829137065") == .code("4829137065"))
        #expect(KioskCode.proof(typed: "482913706") == nil)
        #expect(KioskCode.proof(typed: "48291370651") == nil)
        #expect(KioskCode.proof(typed: "") == nil)
    }

    @Test func `a slip of the finger is told from a code that nobody has`() {
        #expect(!KioskCode.isMistyped(BookingCode.make(random: SystemRandom())))
        #expect(KioskCode.isMistyped("0000000001"))
        #expect(!KioskCode.isMistyped("482913706"))
    }

    @Test func `a scanner sends a ticket, a code or an identity number`() {
        #expect(KioskCode.proof(scanned: "4829137065\n") == .code("4829137065"))
        #expect(KioskCode.proof(scanned: "37080218000101000x") == .identityNumber("37080218000101000X"))
        #expect(KioskCode.proof(scanned: "370102180001010001") == .identityNumber("370102180001010001"))
        // Base45 has a space among its signs, at the end too.
        #expect(KioskCode.proof(scanned: "6BFOXN*TS0BI$ZD \r\n") == .ticket("6BFOXN*TS0BI$ZD "))
        #expect(KioskCode.proof(scanned: "４８２９１３７０６５") == .ticket("４８２９１３７０６５"))
    }

    @Test func `what a scanner puts around a code does not matter`() {
        let ticket = String(repeating: "6BFOXN*TS0BI$ZD.HWI TC", count: 8).prefix(158)
        for scanned in [
            String(ticket), "]Q1\(ticket)", "x\(ticket)\r\n", "\n\(ticket)\n", ticket.lowercased(),
        ] {
            #expect(KioskCode.proof(scanned: scanned) == .ticket(String(ticket)), "\(scanned)")
        }
        #expect(KioskCode.proof(scanned: "]C14829137065\n") == .code("4829137065"))
        #expect(KioskCode.proof(scanned: "]C148291370651") == .ticket("]C148291370651"))
    }
}
