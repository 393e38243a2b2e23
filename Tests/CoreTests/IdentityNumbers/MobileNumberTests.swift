import Core
import Testing

@Suite("Mobile number")
struct MobileNumberTests {
    @Test(arguments: [
        "13800000000", "+8613800000000", "+86 138-0000-0000", "0086 138 0000 0000", "8613800000000", "＋８６１３８００００００００",
        "(+86) 13800000000",
    ])
    func `every usual spelling becomes one number`(text: String) throws {
        let number = try MobileNumber(text)
        #expect(number.national == "13800000000")
        #expect(number.international == "+8613800000000")
        #expect(number.masked == "138****0000")
        #expect("\(number)" == "138****0000")
    }

    @Test(arguments: [
        ("", IdentityNumberFault.empty), ("-", .empty), ("1380000000", .wrongLength), ("138000000000", .wrongLength),
        ("+85213800000000", .wrongLength), ("12800000000", .unknownIssuer), ("23800000000", .unknownIssuer),
        ("1380000000a", .unexpectedCharacter(position: 11)), ("138０００００００x", .unexpectedCharacter(position: 11)),
        ("+1380000000", .unexpectedCharacter(position: 1)), ("138😀0000000", .unexpectedCharacter(position: 4)),
    ])
    func `a wrong number is refused for the right reason`(text: String, fault: IdentityNumberFault) {
        #expect(throws: fault) { try MobileNumber(text) }
    }

    @Test func `the demo phones are ordinary numbers`() throws {
        for index in 1...16 {
            let phone = "199000000" + (index < 10 ? "0" : "") + String(index)
            #expect(try MobileNumber(phone).national == phone)
        }
    }
}
