package import Core

/// How far the news of one sign-out has come at one system.
package struct LogoutDelivery: Sendable, Hashable {
    package enum State: String, Sendable, CaseIterable {
        /// On its way, or to be tried again.
        case waiting
        /// The system answered that its session is over.
        case told
        /// The system refused, or did not answer in all the attempts there are.
        case givenUp = "given-up"
    }

    /// Of the message in the outbox too.
    package let id: String
    /// Groups what one sign-out ended.
    package let logoutID: String
    package let sid: String
    package let clientID: String
    package let state: State
    package let attempts: Int
    /// For operators: the system's status or what kept the message from it.
    package let lastFault: String?
    package let endedAt: Instant
    package let settledAt: Instant?
}
