/// The stable name, HTTP status and title of an error; `type` is `urn:yimen:problem:` and the name.
package struct ProblemKind: Sendable, Hashable {
    package let name: String
    package let status: Int
    package let title: String

    package init(_ name: String, _ status: Int, _ title: String) {
        self.name = name
        self.status = status
        self.title = title
    }

    package var urn: String { "urn:yimen:problem:" + name }
}

extension ProblemKind {
    package static let invalidRequest = ProblemKind("invalid-request", 400, "The request is not well formed")
    package static let unauthenticated = ProblemKind("unauthenticated", 401, "Sign-in is required")
    package static let forbidden = ProblemKind("forbidden", 403, "Not allowed")
    package static let insufficientScope = ProblemKind("insufficient-scope", 403, "The token lacks a scope")
    package static let notFound = ProblemKind("not-found", 404, "Nothing is here")
    package static let methodNotAllowed = ProblemKind("method-not-allowed", 405, "This method is not offered here")
    package static let requestTimeout = ProblemKind("request-timeout", 408, "The request took too long to arrive")
    package static let conflict = ProblemKind("conflict", 409, "The state does not allow this")
    package static let tooLarge = ProblemKind("too-large", 413, "The request is too large")
    package static let unsupportedMediaType = ProblemKind(
        "unsupported-media-type", 415, "This media type is not accepted")
    package static let tooManyRequests = ProblemKind("too-many-requests", 429, "Too many requests")
    package static let internalError = ProblemKind("internal-error", 500, "Something went wrong on our side")
    package static let busy = ProblemKind("busy", 503, "Busy at the moment")
    package static let timeout = ProblemKind("timeout", 503, "The answer took too long")

    package static let slotTaken = ProblemKind("slot-taken", 409, "This time has just been taken")
    package static let notASlot = ProblemKind("not-a-slot", 422, "No slot starts at this time")
    package static let holdExpired = ProblemKind("hold-expired", 409, "The hold has expired")
    package static let limitReached = ProblemKind("limit-reached", 409, "A booking limit is reached")
    package static let tooEarly = ProblemKind("too-early", 409, "Too early to check in")
    package static let tooLate = ProblemKind("too-late", 409, "Too late")
    package static let wrongHall = ProblemKind("wrong-hall", 409, "This booking is for another hall")
    package static let alreadyRedeemed = ProblemKind("already-redeemed", 409, "Already checked in")
    package static let assuranceRequired = ProblemKind("assurance-required", 403, "A higher identity level is needed")
    package static let idempotencyMismatch = ProblemKind(
        "idempotency-mismatch", 422, "This key was used for another request")
    package static let queueClosed = ProblemKind("queue-closed", 409, "The queue is closed")
    package static let outOfOrder = ProblemKind("out-of-order", 409, "Not possible in the current state")
    package static let invalidTicket = ProblemKind("invalid-ticket", 422, "This ticket or code is not valid")
    package static let nobodyWaiting = ProblemKind("nobody-waiting", 409, "Nobody is waiting")
}
