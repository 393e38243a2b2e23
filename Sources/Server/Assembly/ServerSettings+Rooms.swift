import Cryptography
import Identity
import Web

/// The settings of each room, filled from the server's.
extension ServerSettings {
    var web: WebSettings {
        var web = WebSettings(publicURL: issuer)
        web.demo = demo
        web.trustedProxies = trustedProxies.compactMap(AddressRange.init)
        web.requestTimeout = requestTimeout
        web.resourcesDirectory = resourcesDirectory
        return web
    }

    /// In the demo the sample departments run on this machine.
    var outbound: OutboundPolicy {
        let ranges = outboundNetworks.compactMap(AddressRange.init)
        return OutboundPolicy(allowedRanges: demo ? ranges + AddressRange.loopback : ranges, allowsPlainHTTP: demo)
    }

    var identity: IdentitySettings {
        var settings = IdentitySettings(issuer: issuer, demo: demo)
        settings.pushedRequestLife = .seconds(pushedRequestSeconds)
        return settings
    }
}
