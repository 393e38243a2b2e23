/// The cost of an Argon2id hash (RFC 9106 §3.1).
package struct PasswordParameters: Sendable, Hashable {
    package let memoryKiB: Int
    package let passes: Int
    package let lanes: Int

    package init(memoryKiB: Int, passes: Int, lanes: Int) {
        self.memoryKiB = memoryKiB
        self.passes = passes
        self.lanes = lanes
    }

    /// 19 MiB, two passes, one lane: the first choice of the OWASP password storage sheet.
    package static let standard = PasswordParameters(memoryKiB: 19_456, passes: 2, lanes: 1)

    /// What a stored hash may ask for at most, as a stored row must not be able to exhaust the machine.
    var isWithinBounds: Bool {
        (8 * lanes...262_144).contains(memoryKiB) && (1...16).contains(passes) && (1...8).contains(lanes)
    }
}
