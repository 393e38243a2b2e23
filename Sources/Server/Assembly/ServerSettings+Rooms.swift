import Cryptography
import Foundation
import Identity
import Web

/// The settings of each room, filled from the server's.
extension ServerSettings {
    var web: WebSettings {
        var web = WebSettings(publicURL: issuer)
        web.demo = demo
        web.trustedProxies = trustedProxies.compactMap(AddressRange.init)
        web.requestTimeout = requestTimeout
        web.streamsPerAddress = streamsPerAddress
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
        settings.registrationIsOpen = registrationIsOpen
        settings.offersCertificates = asksForCertificates || !trustedProxies.isEmpty
        return settings
    }

    /// - Throws: `StartupFault` when the file of authorities cannot be used.
    func certificateAuthorities() throws -> CertificateAuthorities? {
        guard let path = clientAuthorities else { return nil }
        guard let pem = try? String(contentsOfFile: path, encoding: .utf8),
            let authorities = CertificateAuthorities(pem: pem)
        else {
            throw StartupFault("http.clientAuthorities = \"\(path)\" holds no PEM certificates that can be read.")
        }
        return authorities
    }
}
