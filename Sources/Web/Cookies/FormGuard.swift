import Core
package import HTTPTypes
package import Hummingbird

/// What the browser's CSRF cookies say.
struct ForgeryHandle: Sendable {
    /// The one that forms of this answer are bound to.
    let value: String
    /// The browser does not have it yet.
    let isNew: Bool
    /// Others that the browser has: pages that were loaded side by side before there was a cookie brought one each.
    var others: [String] = []
}

/// Double submit of a token that is bound to the browser's cookie and its page session, beside the
/// origin that the browser states (identity rule 22). Covers signed-out forms too, so that nobody
/// can be signed in to another person's account.
///
/// Each handle has a cookie of its own name. Were there one name for all, the first pages of a browser that are loaded
/// at the same time would overwrite one another's, and all but one of them would hold a form that is refused.
package struct FormGuard: Sendable {
    package static let field = "csrf"
    static let noun = "csrf"
    private static let lifetime = Duration.days(30)
    private static let prefix = noun + "-"
    /// Handles of one browser that are looked at; more come only from somebody who makes them up.
    private static let limit = 16

    let cookies: CookiePolicy
    let secrets: any WebSecrets
    let surroundings: Surroundings
    let publicOrigin: String

    /// Reads the cookie, or makes a handle that the next rendered form will set.
    func handle(for request: Request) -> ForgeryHandle {
        let known = cookies.nouns(startingWith: FormGuard.prefix, in: request).prefix(FormGuard.limit).compactMap {
            noun in
            cookies.read(noun, from: request).flatMap { FormGuard.noun(of: $0) == noun ? $0 : nil }
        }
        guard let first = known.first else { return ForgeryHandle(value: surroundings.newHandle(), isNew: true) }
        return ForgeryHandle(value: first, isNew: false, others: Array(known.dropFirst()))
    }

    /// The name shows a part of the handle only; `nil` for a value that is no handle.
    private static func noun(of value: String) -> String? {
        guard value.utf8.count == 43, Base64URL.decode(value) != nil else { return nil }
        return prefix + value.prefix(8)
    }

    /// The token for forms of this answer; `nil` outside HTML surfaces.
    func token(for context: WebContext) -> String? {
        context.forgeryHandle.map { token(for: $0.value, context) }
    }

    private func token(for handle: String, _ context: WebContext) -> String {
        secrets.authenticate(handle + "." + (context.pageSession?.key ?? ""), purpose: "form")
    }

    func setCookie(for context: WebContext, on response: inout Response) {
        guard let handle = context.forgeryHandle, handle.isNew, let noun = FormGuard.noun(of: handle.value) else {
            return
        }
        cookies.set(noun, to: handle.value, lifetime: FormGuard.lifetime, on: &response)
    }

    /// Refuses a form that did not come from a page of ours.
    ///
    /// - Parameter token: the hidden field, or the `X-CSRF-Token` header of a script.
    /// - Throws: 403 `forged-form`.
    package func check(_ request: Request, token: String?, context: WebContext) throws {
        guard isSameOrigin(request, context: context) else { throw Problem(.forgery) }
        guard let handle = context.forgeryHandle, !handle.isNew, let token,
            ([handle.value] + handle.others).contains(where: { constantTimeEqual(self.token(for: $0, context), token) })
        else { throw Problem(.forgery) }
    }

    /// With `Referrer-Policy: no-referrer` browsers send `Origin: null` from our own forms, so `null`
    /// says nothing and `Sec-Fetch-Site` decides wherever it is sent (https and localhost).
    private func isSameOrigin(_ request: Request, context: WebContext) -> Bool {
        if let site = request.headers[.secFetchSite] { return site == "same-origin" || site == "none" }
        guard let origin = request.headers[.origin], origin != "null" else { return true }
        return origin == publicOrigin || origin == context.scheme + "://" + (request.head.authority ?? "")
    }
}

/// Compares without an early exit, so that timing tells nothing about the matching prefix.
package func constantTimeEqual(_ left: String, _ right: String) -> Bool {
    let a = Array(left.utf8)
    let b = Array(right.utf8)
    guard a.count == b.count else { return false }
    var difference: UInt8 = 0
    for index in a.indices { difference |= a[index] ^ b[index] }
    return difference == 0
}

extension HTTPField.Name {
    package static let secFetchSite = HTTPField.Name("sec-fetch-site") ?? .origin
    static let secFetchMode = HTTPField.Name("sec-fetch-mode") ?? .origin
    static let csrfToken = HTTPField.Name("x-csrf-token") ?? .origin
    static let xForwardedFor = HTTPField.Name("x-forwarded-for") ?? .origin
    static let xForwardedProto = HTTPField.Name("x-forwarded-proto") ?? .origin
    static let referrerPolicy = HTTPField.Name("referrer-policy") ?? .origin
    static let xFrameOptions = HTTPField.Name("x-frame-options") ?? .origin
    static let lastEventID = HTTPField.Name("last-event-id") ?? .origin
    static let permissionsPolicy = HTTPField.Name("permissions-policy") ?? .origin
    static let openerPolicy = HTTPField.Name("cross-origin-opener-policy") ?? .origin
}
