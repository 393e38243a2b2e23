import Foundation
import Hummingbird
import HummingbirdCore
import HummingbirdHTTP2
import HummingbirdTLS
import NIOCore
import NIOSSL
import Web

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
        let http1 = HTTP1Channel.Configuration(
            additionalChannelHandlers: [UnreadableRequests()], idleTimeout: idle, httpDecoderConfiguration: decoder)
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

    /// Why nothing can listen at the address that the settings name; `nil` for an error of another kind.
    func fault(for error: any Error) -> StartupFault? {
        let (host, port) = (settings.host, settings.port)
        let byHost = "by http.host, YIMEN_HTTP_HOST or --host"
        let byPort = "by http.port, YIMEN_HTTP_PORT or --port"
        if error is SocketAddressError.UnknownHost {
            return StartupFault("The host \(host) is not known here; name an address of this machine \(byHost).")
        }
        switch (error as? IOError)?.errnoCode {
        case EADDRINUSE:
            return StartupFault(
                "Port \(port) on \(host) is taken by another program; stop that one, or choose another port \(byPort).")
        case EADDRNOTAVAIL:
            return StartupFault(
                "\(host) is no address of this machine; choose one that it has, or 0.0.0.0 for all of them, \(byHost).")
        case EACCES:
            return StartupFault(
                "Port \(port) is not open to this user; choose one from 1024 on \(byPort), or give the program the "
                    + "capability CAP_NET_BIND_SERVICE.")
        default: return nil
        }
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
        guard let chain = try? NIOSSLCertificate.fromPEMFile(files.certificate), !chain.isEmpty else {
            throw HTTPListener.unusable("The certificate \(files.certificate) cannot be read as PEM")
        }
        guard let key = try? NIOSSLPrivateKey(file: files.key, format: .pem) else {
            throw HTTPListener.unusable("The private key \(files.key) cannot be read as PEM without a passphrase")
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        // Whether the two belong together shows only where they are used together.
        do {
            _ = try NIOSSLContext(configuration: configuration)
        } catch NIOSSLError.failedToLoadPrivateKey {
            throw HTTPListener.unusable("The private key \(files.key) does not belong to \(files.certificate)")
        } catch {
            throw HTTPListener.unusable("\(files.certificate) and \(files.key) cannot be used for TLS (\(error))")
        }
        return configuration
    }

    private static func unusable(_ reason: String) -> StartupFault {
        StartupFault(
            "\(reason). Set http.certificate (YIMEN_HTTP_CERTIFICATE) and http.certificateKey "
                + "(YIMEN_HTTP_CERTIFICATE_KEY), or run `make cert` for a development certificate.")
    }
}
