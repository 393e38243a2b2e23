import Core
import Testing

@testable import Booking

@Suite("ISO/IEC 7064 MOD 11,10 booking codes")
struct BookingCodeTests {
    @Test func `a fresh code reads back`() throws {
        for _ in 0..<500 {
            let code = BookingCode.make(random: SystemRandom())
            #expect(code.count == 10 && BookingCode.parse(code) == code)
        }
    }

    @Test func `the check digit is the standard's`() {
        #expect(BookingCode.parse("0000000006") == "0000000006")
        #expect(BookingCode.parse("0000000001") == nil)
    }

    @Test func `every single wrong digit is found`() {
        let code = Array(BookingCode.make(random: SystemRandom()))
        for index in code.indices {
            for digit in "0123456789" where digit != code[index] {
                var wrong = code
                wrong[index] = digit
                #expect(BookingCode.parse(String(wrong)) == nil)
            }
        }
    }

    @Test func `spaces, hyphens and full-width digits are accepted`() throws {
        let code = BookingCode.make(random: SystemRandom())
        let spaced = code.prefix(3) + " " + code.dropFirst(3).prefix(3) + "-" + code.dropFirst(6)
        #expect(BookingCode.parse(String(spaced)) == code)
        let wide = String(
            String.UnicodeScalarView(code.unicodeScalars.compactMap { Unicode.Scalar($0.value + 0xFEE0) }))
        #expect(BookingCode.parse(wide) == code)
    }

    @Test(arguments: ["", "1", "hello", "00000000060", "000000000", "00000\u{0}0006", "٠٠٠٠٠٠٠٠٠٦"])
    func `anything else is refused`(text: String) {
        #expect(BookingCode.parse(text) == nil)
    }
}
