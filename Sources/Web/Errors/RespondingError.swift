package import Hummingbird

/// An error that brings its own answer, for protocols whose error form is not RFC 9457.
package protocol RespondingError: Error {
    func response(to request: Request, context: WebContext) throws -> Response
}

/// A visitor asked for a page that needs a signed-in person.
package struct SignInRequired: Error, Sendable {
    /// Where to come back to; `nil` comes back to the page that was asked for.
    package let target: String?

    package init(returnTo target: String? = nil) {
        self.target = target
    }
}
