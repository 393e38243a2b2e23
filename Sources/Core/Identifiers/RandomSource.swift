/// Where unpredictable bytes come from; handed in, so that tests can repeat a run.
package protocol RandomSource: Sendable {
    /// - Parameter count: 0…65,536.
    func bytes(_ count: Int) -> [UInt8]
}

/// The operating system's cryptographic generator.
package struct SystemRandom: RandomSource {
    package init() {}

    package func bytes(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        var result = [UInt8]()
        result.reserveCapacity(count + 7)
        while result.count < count {
            withUnsafeBytes(of: generator.next()) { result.append(contentsOf: $0) }
        }
        return Array(result.prefix(count))
    }
}
