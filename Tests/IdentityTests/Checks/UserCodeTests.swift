import Core
import TestKit
import Testing

@testable import Identity

@Suite("RFC 8628 §6.1 user codes")
struct UserCodeTests {
    @Test(arguments: ["WDJB-MJHT", "wdjbmjht", " wdjb mjht ", "ＷＤＪＢ－ＭＪＨＴ", "WDJB–MJHT"])
    func `what people type is forgiven`(typed: String) {
        #expect(UserCode(typed)?.shown == "WDJB-MJHT")
    }

    @Test(arguments: [
        "", "WDJB-MJH", "WDJB-MJHTT", "WDJB-MJH1", "AEIO-UAEI", "WDJB_MJHT", "王王王王王王王王", "WDJB\u{202E}MJHT",
    ])
    func `what cannot be a code is not one`(typed: String) {
        #expect(UserCode(typed) == nil)
    }

    @Test func `codes use the whole alphabet evenly`() {
        var counts = [Character: Int]()
        for _ in 0..<2_000 {
            for letter in UserCode.make(SystemRandom()).text { counts[letter, default: 0] += 1 }
        }
        #expect(counts.count == 20)
        // 800 expected for each; six standard deviations are about 165.
        #expect(counts.values.allSatisfy { (600...1_000).contains($0) })
    }
}
