#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Where unpredictable bytes come from; handed in, so that tests can repeat a run.
package protocol RandomSource: Sendable {
    /// - Parameter count: 0…65,536.
    func bytes(_ count: Int) -> [UInt8]
}

/// The operating system's cryptographic generator.
package struct SystemRandom: RandomSource {
    package init() {}

    package func bytes(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, written in
            while written < count {
                // At most 256 bytes a call (getentropy(3)).
                let part = UnsafeMutableRawBufferPointer(buffer)[written..<min(written + 256, count)]
                let room = UnsafeMutableRawBufferPointer(rebasing: part)
                guard let start = room.baseAddress else { return }
                if getentropy(start, room.count) == 0 { written += room.count }
            }
        }
    }
}
