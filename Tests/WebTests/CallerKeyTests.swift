import Testing
import Web

@Suite("The name under which a caller is counted")
struct CallerKeyTests {
    @Test(
        arguments: [
            ("2001:db8:0:1::1", "2001:DB8:0:1:ffff:ffff:ffff:ffff", true),
            ("2001:db8:0:1::1", "2001:db8:0:2::1", false), ("::ffff:192.0.2.1", "192.0.2.1", true),
            ("::ffff:192.0.2.1", "::ffff:192.0.2.2", false), ("192.0.2.1", "192.0.2.2", false),
            ("client:a:b", "client:a:c", false),
        ])
    func `an IPv6 address counts by its network`(first: String, second: String, isSame: Bool) {
        #expect((CallerKey.normalise(first) == CallerKey.normalise(second)) == isSame)
    }

    @Test(arguments: ["192.0.2.1", "client:a:b", "unknown", "", "::x", "1:2"])
    func `everything else stays as it is`(key: String) {
        #expect(CallerKey.normalise(key) == key)
    }
}
