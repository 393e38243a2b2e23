package import Core

/// Time that stands still until a test moves it.
package struct FixedClock: WallClock {
    private let instant: Instant

    package init(_ instant: Instant) {
        self.instant = instant
    }

    package func now() -> Instant { instant }
}
