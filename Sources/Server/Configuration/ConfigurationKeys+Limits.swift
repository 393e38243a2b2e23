import Gateway
import Web

extension ConfigurationKeys {
    /// Two keys for each class of requests, and what holds for all of them.
    static let limits: [ConfigurationKey] =
        [
            ConfigurationKey(
                "limits.enabled", .boolean,
                "Rate limits by class of request and caller. Standard: true; false in the demo, the only place where it may be."
            ),
            ConfigurationKey(
                "limits.exempt", .list,
                "Addresses or networks (CIDR) that are not counted, such as those of the halls' own devices."),
            ConfigurationKey(
                "limits.trackedCallers", .integer(1024...10_000_000), standard: "200000",
                "Callers remembered at once, about 40 bytes each."),
        ]
        + RateClass.all.flatMap { rate -> [ConfigurationKey] in
            let standard = AdmissionSettings.standardLimits[rate] ?? AdmissionSettings().fallback
            return [
                ConfigurationKey(
                    "limits.\(rate.rawValue).perMinute", .integer(1...1_000_000), standard: "\(standard.perMinute)",
                    "\(subject(of: rate)): requests a minute of one caller."),
                ConfigurationKey(
                    "limits.\(rate.rawValue).burst", .integer(1...1_000_000), standard: "\(standard.burst)",
                    "\(subject(of: rate)): requests of one caller that may come at once after a pause."),
            ]
        }

    private static func subject(of rate: RateClass) -> String {
        switch rate {
        case .page: "Pages"
        case .read: "Reading API calls"
        case .write: "Writing API calls"
        case .token: "Protocol endpoints, where a department's server exchanges the codes of all its users"
        case .registration: "Systems that register themselves, each of which may leave a row behind"
        case .signIn: "Forms of the identity provider, each of which may cost a password check"
        default: "Requests of the class \(rate.rawValue)"
        }
    }
}

extension AdmissionSettings {
    /// The keys below `limits`.
    init(_ configuration: ResolvedConfiguration, isEnabled: Bool) {
        var limits = [RateClass: RateLimit]()
        for rate in RateClass.all {
            limits[rate] = RateLimit(
                perMinute: configuration.integer("limits.\(rate.rawValue).perMinute"),
                burst: configuration.integer("limits.\(rate.rawValue).burst"))
        }
        self.init(
            isEnabled: isEnabled, limits: limits, trackedCallers: configuration.integer("limits.trackedCallers"),
            exempt: configuration.list("limits.exempt").compactMap(AddressRange.init))
    }
}
