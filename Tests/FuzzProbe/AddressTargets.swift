#if DEBUG || YIMEN_FUZZING
import Foundation

@testable import Web

/// Addresses of machines and of pages on this site.
enum AddressTargets {
    static let all = [range, forwarded, returnPath]

    private static let range = FuzzTarget(
        "address-range", ["10.0.0.0/8", "127.0.0.1", "fd00::/8", "::ffff:10.1.2.3", "2001:db8::1/128", "0.0.0.0/0"]
    ) { text in
        _ = CallerKey.normalise(text)
        // C stops reading there; no header and no setting can hold it.
        guard !text.utf8.contains(0), let range = AddressRange(text) else { return }
        guard !text.contains("/") else {
            hold(range.contains(String(text.prefix { $0 != "/" })), "a block holds its own address")
            return
        }
        hold(range.contains(text), "an address is in its own block")
        if AddressRange.loopback.contains(where: { $0.contains(text) }) {
            hold(!OutboundPolicy().admits(address: text, isSecure: true), "this machine is not called")
        }
        hold(!OutboundPolicy().admits(address: text, isSecure: false), "nothing is called in plain")
    }

    private static let forwarded = FuzzTarget(
        "forwarded-for", ["203.0.113.7, 10.0.0.1", "10.0.0.2", "unknown\n2001:db8::1,10.0.0.1 ", ",", "1.2.3.4/8"]
    ) { text in
        guard !text.utf8.contains(0) else { return }
        let proxies = ["10.0.0.0/8", "fd00::/8"].compactMap(AddressRange.init)
        let trusted = TrustedAddress(proxies: proxies, isHTTPS: true)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard let client = trusted.client(in: lines) else { return }
        hold(AddressRange(client) != nil && !client.contains("/"), "an address")
        let last = have(lines.joined(separator: ",").split(separator: ",").last, "a last hop")
        if !proxies.contains(where: { $0.contains(client) }) {
            let isLast = last.trimming { $0 == " " || $0 == "\t" } == client
            let lastIsProxy = proxies.contains { $0.contains(String(last.trimming { $0 == " " || $0 == "\t" })) }
            hold(isLast || lastIsProxy, "only proxies stand to the right of what is believed")
        }
    }

    private static let returnPath = FuzzTarget(
        "return-path",
        ["/", "/a/b?c=d&e=%2F", "//evil", "/\\evil", "/a/../b", "/%2e%2e//evil", "/.;/x", "https://evil"]
    ) { text in
        guard let path = ReturnPath(text) else { return }
        hold(same(path.text, text), "nothing is changed")
        let site = have(URL(string: "https://yimen.example/here/we/are"), "a site")
        // What browsers skip (WHATWG URL standard, "basic URL parser") must not be there to begin with.
        hold(text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x5C }, "nothing that is skipped or turned")
        if let url = URL(string: text, relativeTo: site)?.absoluteURL {
            hold(url.scheme == "https" && url.host() == "yimen.example", "this site")
            hold(url.user() == nil && url.port == nil, "and no other door of it")
        }
        let tidy = URL(string: "https://yimen.example" + text)?.standardized
        if let tidy { hold(!tidy.path(percentEncoded: true).hasPrefix("//"), "nor after dots have been removed") }
    }
}
#endif
