import Hummingbird
import HummingbirdCore
import HummingbirdHTTP2
import HummingbirdTLS
import NIOCore
import NIOSSL

/// How connections are accepted: plain HTTP/1.1, or TLS with HTTP/2 by negotiation.
struct HTTPListener {
    let settings: ServerSettings

    var application: ApplicationConfiguration {
        ApplicationConfiguration(
            address: .hostname(settings.host, port: settings.port), backlog: 1024,
            availableConnectionsDelegate: MaximumAvailableConnections(settings.maximumConnections))
    }

    /// - Throws: `StartupFault` when the certificate or the key cannot be used.
    func server() throws -> HTTPServerBuilder {
        let idle = TimeAmount.nanoseconds(
            settings.idleTimeout.components.seconds * 1_000_000_000)
        let decoder = HTTP1Channel.Configuration.DecoderConfiguration(
            maxHeaderFieldSize: 16 * 1024, maxHeaderListSize: 32 * 1024, maxHeaderFieldCount: 100)
        // The same for HTTP/1.1 behind TLS, which is served where HTTP/2 is not negotiated.
        let http1 = HTTP1Channel.Configuration(idleTimeout: idle, httpDecoderConfiguration: decoder)
        guard let files = settings.tls else { return .http1(configuration: http1) }
        var configuration = try tlsConfiguration(files)
        guard settings.asksForCertificates else {
            return try .http2Upgrade(
                tlsConfiguration: configuration,
                configuration: .init(idleTimeout: settings.idleTimeout, streamConfiguration: http1))
        }
        // Any certificate is taken on the connection, which proves that the client holds its key; what it is worth
        // is judged where a client is authenticated (RFC 8705 §2).
        configuration.certificateVerification = .optionalVerification
        return try .http2Upgrade(
            tlsChannelConfiguration: TLSChannelConfiguration(
                tlsConfiguration: configuration,
                customVerificationCallback: { _, promise in promise.succeed(.certificateVerified) }),
            configuration: .init(idleTimeout: settings.idleTimeout, streamConfiguration: http1))
    }

    /// The certificate of a connection, or of the one that an HTTP/2 stream belongs to.
    static func certificate(of channel: any Channel) async -> [UInt8]? {
        for candidate in [channel, channel.parent].compactMap(\.self) {
            guard let found = try? await candidate.nioSSL_peerCertificate().get() else { continue }
            return try? found.toDERBytes()
        }
        return nil
    }

    private func tlsConfiguration(_ files: ServerSettings.TLSFiles) throws -> TLSConfiguration {
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(files.certificate).map {
                NIOSSLCertificateSource.certificate($0)
            }
            let key = try NIOSSLPrivateKey(file: files.key, format: .pem)
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain, privateKey: .privateKey(key))
            configuration.minimumTLSVersion = .tlsv12
            return configuration
        } catch {
            throw StartupFault(
                "The certificate \(files.certificate) with the key \(files.key) cannot be used (\(error)). "
                    + "Run `make cert` for a development certificate, or set http.certificate and http.certificateKey.")
        }
    }
}
