/// Every key, in the order of the reference.
enum ConfigurationKeys {
    static let named = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    static let all: [ConfigurationKey] = base + limits + rooms

    /// What stands right below a group, at the top for an empty name; a group among them ends in `.…`.
    static func members(of group: String) -> [String] {
        let prefix = group.isEmpty ? "" : group + "."
        var members = [String]()
        for key in all where key.name.hasPrefix(prefix) {
            let rest = key.name.dropFirst(prefix.count).split(separator: ".")
            let member = prefix + (rest.first ?? "") + (rest.count > 1 ? ".…" : "")
            if !members.contains(member) { members.append(member) }
        }
        return members
    }

    private static let base: [ConfigurationKey] = [
        ConfigurationKey(
            "issuer", .url(schemes: ["http", "https"]),
            "The public base URL, without a path or a slash at the end: the `iss` of every token and the root of every link. Standard: http://localhost and the port, or https://localhost and the port with TLS."
        ),
        ConfigurationKey(
            "demo", .boolean, standard: "false",
            "Allows demo data, demo identity numbers, the message sink and an http issuer. Never true in production."),

        ConfigurationKey("http.host", .text, standard: "127.0.0.1", "The address to listen on."),
        ConfigurationKey(
            "http.port", .integer(0...65535),
            "The port to listen on; 0 takes a free one. Standard: 8080, or 8443 with TLS."),
        ConfigurationKey("http.tls", .boolean, standard: "false", "Serves HTTPS, with HTTP/2."),
        ConfigurationKey(
            "http.certificate", .path,
            "PEM file with the certificate chain. Standard with TLS: certs/server.pem, made by `make cert`."),
        ConfigurationKey(
            "http.certificateKey", .path, "PEM file with the private key. Standard with TLS: certs/server.key."),
        ConfigurationKey(
            "http.clientCertificates", .boolean, standard: "false",
            "With TLS: asks clients for a certificate, for systems that authenticate by mutual TLS (RFC 8705). A browser that has one installed asks its user which to send."
        ),
        ConfigurationKey(
            "http.clientAuthorities", .path,
            "PEM file with the authorities whose certificates systems may authenticate with (tls_client_auth)."),
        ConfigurationKey(
            "http.trustedProxies", .list,
            "Addresses or networks (CIDR) of reverse proxies whose Forwarded, X-Forwarded and Client-Cert headers are believed."
        ),
        ConfigurationKey(
            "http.idleTimeout", .integer(1...3600), standard: "60", "Seconds after which a silent connection is closed."
        ),
        ConfigurationKey(
            "http.requestTimeout", .integer(1...600), standard: "20",
            "Seconds a request may take before it is answered with 503; event streams are exempt."),
        ConfigurationKey(
            "http.maximumConnections", .integer(16...100_000), standard: "8192",
            "Connections open at once; more wait to be accepted."),
        ConfigurationKey(
            "http.streamsPerAddress", .integer(1...100_000), standard: "512",
            "Event streams open at once from one address; a hall's phones may all share one."),
        ConfigurationKey(
            "http.drainSeconds", .integer(0...300), standard: "0",
            "After the signal to stop, how long /health/ready answers 503 while requests are still served; a load balancer needs a few seconds."
        ),

        ConfigurationKey(
            "data.directory", .path, standard: "var", "Where the SQLite file, keys and other state are kept."),
        ConfigurationKey(
            "database.url", .url(schemes: ["postgres", "postgresql"]), isSecret: true,
            "A PostgreSQL server; unset means SQLite in the data directory."),
        ConfigurationKey(
            "database.connections", .integer(2...200), standard: "24", "PostgreSQL connections of this process."),

        ConfigurationKey(
            "authorization.pushedRequestSeconds", .integer(5...599), standard: "60",
            "How long a pushed authorization request waits for its browser, in seconds."),

        ConfigurationKey(
            "seed.directory", .path, standard: "config/seed", "Where `yimen seed` finds the files with demo data."),
        ConfigurationKey(
            "resources.directory", .path,
            "Where templates, locales and static files lie; unset means beside the program."),
    ]

    private static let rooms: [ConfigurationKey] = [
        ConfigurationKey(
            "outbound.networks", .list,
            "Networks (CIDR) inside which relying systems may be called although their addresses are not public."),

        ConfigurationKey(
            "booking.horizonDays", .integer(1...180), standard: "14",
            "Days ahead on which slots are offered, today included."),
        ConfigurationKey("booking.holdSeconds", .integer(30...3600), standard: "600", "How long a hold lasts."),
        ConfigurationKey(
            "booking.sweepSeconds", .integer(1...60), standard: "2",
            "Pause between two sweeps for holds and slots that ran out."),
        ConfigurationKey(
            "booking.limits.active", .integer(0...1000), standard: "6",
            "Open bookings of one person over all channels; 0 is no limit."),
        ConfigurationKey(
            "booking.limits.perItemAndDay", .integer(0...100), standard: "2",
            "Bookings of one person for the same item on one day, over or cancelled on that day too; 0 is no limit."
        ),
        ConfigurationKey(
            "booking.limits.moves", .integer(0...100), standard: "5",
            "How often one booking can be moved to another time; 0 is no limit."),
        ConfigurationKey(
            "booking.cancelCutoffMinutes", .integer(0...2880), standard: "0",
            "A booking can be cancelled or moved until this long before its time."),
        ConfigurationKey(
            "booking.reofferSeconds", .integer(0...3600), standard: "30",
            "A place cancelled or moved away from is offered again after a random time up to this."),
        ConfigurationKey(
            "booking.checkIn.earlyMinutes", .integer(0...480), standard: "30",
            "How long before its time a booking can be checked in."),
        ConfigurationKey(
            "booking.checkIn.punctualMinutes", .integer(0...120), standard: "10",
            "Who checks in later than this after the time queues as a walk-in."),
        ConfigurationKey(
            "booking.checkIn.lateMinutes", .integer(0...480), standard: "30", "How long after its time check-in closes."
        ),
        ConfigurationKey(
            "booking.queue.ceilingMinutes", .integer(5...480), standard: "45",
            "After this wait everybody gains priority at the top rate."),
        ConfigurationKey(
            "booking.queue.callEarlyMinutes", .integer(0...60), standard: "2",
            "A booked person is called this long before the time at most, unless the window would idle."),
        ConfigurationKey(
            "booking.queue.recallLimit", .integer(0...20), standard: "3", "How often one number is called again."),
        ConfigurationKey(
            "booking.queue.recallPauseSeconds", .integer(0...300), standard: "20",
            "Pause between two calls of one number."),
        ConfigurationKey(
            "booking.queue.windowLeaseMinutes", .integer(5...1440), standard: "15",
            "A colleague can take a window over when its officer has not been heard of for this long."),
        ConfigurationKey(
            "booking.queue.windowIdleMinutes", .integer(5...1440), standard: "120",
            "An officer who has not acted for this long is not heard of any more, even if the desk stays open on a screen."
        ),

        ConfigurationKey(
            "registration.open", .boolean, standard: "false",
            "Lets systems register themselves at /oauth2/register without a token; an administrator approves each before it works."
        ),

        ConfigurationKey(
            "passwords.queue", .integer(1...10_000), standard: "64",
            "Password checks that may wait for a core; one more is refused at once with 503."),

        ConfigurationKey(
            "log.level", .choice(["trace", "debug", "info", "notice", "warning", "error", "critical"]),
            standard: "info",
            "The least serious messages written."),
        ConfigurationKey(
            "log.format", .choice(["json", "text"]), standard: "json", "One JSON object or one text line each."),

        ConfigurationKey(
            "tracing.url", .url(schemes: ["http", "https"]),
            "Where spans are posted as OTLP/HTTP JSON, for example http://127.0.0.1:4318/v1/traces; unset, like tracing.file, means no tracing."
        ),
        ConfigurationKey(
            "tracing.file", .path, "A file to which spans are appended, one OTLP/JSON object a line; grows without end."
        ),
        ConfigurationKey(
            "tracing.percent", .integer(0...100), standard: "10",
            "Of 100 traces, so many are recorded; a caller's own decision not to record is kept."),
    ]
}
