import Core
import Foundation
import NIOSSL
import Web

/// Checks of what stands around the program: packages, resources, clock, certificate, its own address.
struct SetupChecks {
    let settings: ServerSettings
    let clock: any WallClock

    func findings() async -> [Finding] {
        var findings = [packages(), resources(), time(), certificate()].compactMap { $0 }
        findings.append(await issuer())
        return findings
    }

    /// In a checkout of the sources on Debian: what building needs, by the list that `make run` goes by.
    private func packages() -> Finding? {
        guard let script = try? String(contentsOfFile: "scripts/packages.sh", encoding: .utf8),
            let list = script.firstMatch(of: /build\) wanted\+=\(([^)]*)\)/)?.output.1,
            let installed = try? FileManager.default.contentsOfDirectory(atPath: "/var/lib/dpkg/info")
        else { return nil }
        // `name.list`, or `name:amd64.list` for packages that may be there for several architectures.
        let names = Set(installed.filter { $0.hasSuffix(".list") }.map { $0.prefix { $0 != ":" && $0 != "." } })
        let missing = list.split(separator: " ").filter { !names.contains($0) }
        return missing.isEmpty
            ? .good("packages", "all that building needs")
            : .doubtful(
                "packages", "building needs \(missing.joined(separator: ", ")); run `scripts/packages.sh build`")
    }

    /// Templates, texts and static files must lie beside the program.
    private func resources() -> Finding {
        do {
            _ = try PageRenderer.load(settings.web)
            return .good("resources", settings.resourcesDirectory ?? "beside the program")
        } catch {
            return .bad("resources", "\(error)")
        }
    }

    /// Tokens, tickets and holds live by the clock.
    private func time() -> Finding {
        let now = clock.now()
        let year = ProvinceTime.date(of: now).year
        guard (2026..<2100).contains(year) else {
            return .bad("clock", "it is \(ProvinceTime.format(now)); set the clock and let NTP keep it")
        }
        let folder = "/run/systemd/timesync"
        if FileManager.default.fileExists(atPath: folder),
            !FileManager.default.fileExists(atPath: folder + "/synchronized")
        {
            return .doubtful("clock", "\(ProvinceTime.format(now)), not synchronised yet; see `timedatectl`")
        }
        return .good("clock", ProvinceTime.format(now))
    }

    private func certificate() -> Finding? {
        guard let files = settings.tls else { return nil }
        do {
            _ = try HTTPListener(settings: settings).server()
            guard let first = try NIOSSLCertificate.fromPEMFile(files.certificate).first else { return nil }
            return SetupChecks.expiry(
                of: files.certificate, at: Instant(seconds: Int64(first.notValidAfter)), now: clock.now())
        } catch {
            return .bad("certificate", "\(error)")
        }
    }

    static func expiry(of file: String, at end: Instant, now: Instant) -> Finding {
        let days = (end - now).components.seconds / 86400
        let until = "\(file), until \(ProvinceTime.format(end))"
        if end <= now { return .bad("certificate", "\(until): it has expired; renew it and start the server again") }
        return days < 30
            ? .doubtful("certificate", "\(until): \(days) days left; renew it") : .good("certificate", until)
    }

    /// The public address, as a department's system would reach it from this machine.
    private func issuer() async -> Finding {
        let anywhere = ["0.0.0.0/0", "::/0"].compactMap(AddressRange.init)
        let client = OutboundClient(policy: OutboundPolicy(allowedRanges: anywhere, allowsPlainHTTP: true))
        let address = settings.issuer + "/.well-known/openid-configuration"
        do {
            let status = try await client.status(of: address)
            return status == 200
                ? .good("issuer", settings.issuer)
                : .doubtful(
                    "issuer", "\(address) answers \(status); is it this server, and is a proxy in between set up?")
        } catch {
            return .doubtful(
                "issuer",
                "\(settings.issuer) cannot be reached from here (\(error)); start `yimen serve`, or see DNS, proxy and the "
                    + "trust in its certificate")
        }
    }
}
