/// The two things every operation takes from outside itself: the time and chance.
package struct Surroundings: Sendable {
    package let clock: any WallClock
    package let random: any RandomSource

    package init(clock: any WallClock = SystemClock(), random: any RandomSource = SystemRandom()) {
        self.clock = clock
        self.random = random
    }

    package func now() -> Instant { clock.now() }

    /// A fresh UUIDv7.
    package func newID() -> String { UUIDv7.make(at: clock.now(), random: random) }

    /// An unguessable bearer value of 256 bits in 43 base64url characters.
    package func newHandle() -> String { Base64URL.encode(random.bytes(32)) }
}
