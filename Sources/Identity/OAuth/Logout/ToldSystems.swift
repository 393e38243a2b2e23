/// Model of `identity/told-systems`: how far a sign-out has come, for the person it is about.
struct ToldSystems: Sendable {
    struct System: Sendable {
        let name: String
        let isTold: Bool
        let isWaiting: Bool
        let isGivenUp: Bool

        /// - Parameter state: `nil` for a system that is not told over the back channel: its session with us is over.
        init(name: String, state: LogoutDelivery.State?) {
            self.name = name
            isTold = state == .told
            isWaiting = state == .waiting
            isGivenUp = state == .givenUp
        }
    }

    let systems: [System]
    let anyIsWaiting: Bool
    let anyIsGivenUp: Bool

    /// `nil` without systems.
    init?(_ systems: [System]) {
        guard !systems.isEmpty else { return nil }
        self.systems = systems
        anyIsWaiting = systems.contains(where: \.isWaiting)
        anyIsGivenUp = systems.contains(where: \.isGivenUp)
    }
}
