/// Comparison of secrets in a time that depends on their length only.
package enum ConstantTime {
    package static func equals(_ left: some Collection<UInt8>, _ right: some Collection<UInt8>) -> Bool {
        guard left.count == right.count else { return false }
        var difference: UInt8 = 0
        for (a, b) in zip(left, right) { difference |= a ^ b }
        return difference == 0
    }

    package static func equals(_ left: String, _ right: String) -> Bool {
        equals(left.utf8, right.utf8)
    }
}
