/// Decides whether a caller may go on; `Gateway` implements it with token buckets.
package protocol RateLimiter: Sendable {
    /// - Parameter key: what is counted: an address, a client id or a subject.
    /// - Returns: `nil` to go on, otherwise the seconds after which trying again makes sense.
    func admit(_ rate: RateClass, key: String) -> Int?
}

/// A kind of request with a limit of its own; the values name configuration keys.
package struct RateClass: RawRepresentable, Hashable, Sendable {
    package let rawValue: String

    package init(rawValue: String) { self.rawValue = rawValue }

    /// Every class; each has its configuration keys.
    package static let all: [RateClass] = [.page, .read, .write, .token, .registration, .signIn]

    /// Pages, per address.
    package static let page = RateClass(rawValue: "page")
    /// Reading API calls, per address.
    package static let read = RateClass(rawValue: "read")
    /// Writing API calls, per address.
    package static let write = RateClass(rawValue: "write")
    /// Protocol endpoints, per address.
    package static let token = RateClass(rawValue: "token")
    /// Systems that register themselves, per address: each may leave a row behind.
    package static let registration = RateClass(rawValue: "registration")
    /// Forms of the identity provider, per address: passwords and codes are tried here.
    package static let signIn = RateClass(rawValue: "signIn")
}
