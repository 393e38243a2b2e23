import Core
import Testing

@Suite("GB 32100-2015 unified social credit code and GB 11714 organisation code")
struct OrganisationNumberTests {
    @Test(arguments: [
        ("91350100M000100Y43", "91", "350100", "M000100Y4"), ("91110000101623741K", "91", "110000", "101623741"),
        ("９1110000101623741k", "91", "110000", "101623741"),
    ])
    func `the published vectors are accepted`(text: String, kind: String, region: String, organisation: String) throws {
        let code = try UnifiedSocialCreditCode(text)
        #expect(code.kind == kind)
        #expect(code.region == region)
        #expect(code.organisationCode == organisation)
        #expect(try OrganisationCode(code.organisationCode).text == organisation)
    }

    @Test(arguments: ["91370100DEM000014R", "91370100DEM000022L", "91370100DEM000030F", "11370100DEM0000142"])
    func `a demo firm passes in the demo only`(text: String) throws {
        #expect(try UnifiedSocialCreditCode(text, demo: true).text == text)
        #expect(throws: IdentityNumberFault.demoOnly) { try UnifiedSocialCreditCode(text) }
    }

    @Test(arguments: [
        ("91350100M000100Y4A", IdentityNumberFault.wrongCheckCharacter), ("", .empty),
        ("91350100M000100Y4", .wrongLength),
        ("91350I00M000100Y43", .unexpectedCharacter(position: 6)),
        ("91350100MO00100Y43", .unexpectedCharacter(position: 10)),
        ("9135010AM000100Y43", .unexpectedCharacter(position: 8)),
        ("91350100-000100Y43", .unexpectedCharacter(position: 9)),
    ])
    func `a wrong credit code is refused for the right reason`(text: String, fault: IdentityNumberFault) {
        #expect(throws: fault) { try UnifiedSocialCreditCode(text, demo: true) }
    }

    @Test func `a sum divisible by 31 asks for the character 0`() {
        // 31 − 0 is outside the alphabet of 31: many published snippets crash here.
        let alphabet = Array("0123456789ABCDEFGHJKLMNPQRTUWXY")
        let accepted = alphabet.filter { (try? UnifiedSocialCreditCode("9137010000000000\($0)0")) != nil }
        #expect(accepted.count == 1)
    }

    @Test(arguments: [("00000000-0", "000000000"), ("000000000", "000000000"), ("m000100y-4", "M000100Y4")])
    func `an organisation code is accepted with or without hyphen`(text: String, normal: String) throws {
        #expect(try OrganisationCode(text).text == normal)
    }

    @Test(arguments: [
        ("000000001", IdentityNumberFault.wrongCheckCharacter), ("00000000", .wrongLength),
        ("0000000_0", .unexpectedCharacter(position: 8)), ("00000000A", .unexpectedCharacter(position: 9)),
    ])
    func `a wrong organisation code is refused`(text: String, fault: IdentityNumberFault) {
        #expect(throws: fault) { try OrganisationCode(text) }
    }
}
