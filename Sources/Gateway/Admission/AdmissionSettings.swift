package import Web

/// Rate limits by class of request; a whole office may share one address, so these stop machines and not people.
package struct AdmissionSettings: Sendable {
    /// Off in the demo only; `Server` refuses it elsewhere.
    package var isEnabled: Bool
    package var limits: [RateClass: RateLimit]
    /// For classes without an entry.
    package var fallback: RateLimit
    /// Callers remembered at once; about 40 bytes each.
    package var trackedCallers: Int
    /// Addresses that are not counted, such as the networks of the halls' own devices.
    package var exempt: [AddressRange]

    package static let standardLimits: [RateClass: RateLimit] = [
        .page: RateLimit(perMinute: 1200),
        .read: RateLimit(perMinute: 3000),
        .write: RateLimit(perMinute: 600),
        // A department's server exchanges the codes of all its users from one address.
        .token: RateLimit(perMinute: 6000),
        .registration: RateLimit(perMinute: 30),
        // Each costs a password hash; a hall's visitors share an address on its wireless network.
        .signIn: RateLimit(perMinute: 120),
    ]

    package init(
        isEnabled: Bool = true, limits: [RateClass: RateLimit] = standardLimits,
        fallback: RateLimit = RateLimit(perMinute: 600), trackedCallers: Int = 200_000,
        exempt: [AddressRange] = []
    ) {
        self.isEnabled = isEnabled
        self.limits = limits
        self.fallback = fallback
        self.trackedCallers = max(1024, trackedCallers)
        self.exempt = exempt
    }
}
