/// Addresses of pages and endpoints that are not redirect URIs.
enum PublicURI {
    /// Why an address is not accepted; `nil` when it is.
    ///
    /// - Parameter loopbackAllowed: plain http to this very machine, for development.
    static func fault(_ uri: String, loopbackAllowed: Bool) -> String? {
        if let reason = RedirectURI.fault(registering: uri, isNative: false) { return reason }
        if uri.hasPrefix("http://"), !loopbackAllowed { return "must be https" }
        return nil
    }

    /// Scheme, host and port as written.
    static func origin(_ uri: String) -> String? {
        RedirectURI.Parts(uri).flatMap { $0.authority.isEmpty ? nil : $0.scheme + "://" + $0.authority }
    }
}
