import Core
import Web

/// A time that could not be had, answered with the latest free times.
struct RefusedTime: Sendable {
    let kind: ProblemKind
    /// `nil` when what was sent is no time.
    let start: Instant?

    /// Refusals after which another time may be chosen.
    private static let choosesAgain: Set<ProblemKind> = [
        .slotTaken, .notASlot, .limitReached, .assuranceRequired, .busy, .idempotencyMismatch,
    ]

    static let noTime = RefusedTime(kind: .notASlot, start: nil)

    private init(kind: ProblemKind, start: Instant?) {
        self.kind = kind
        self.start = start
    }

    /// `nil` for a problem that another time would not help.
    init?(_ problem: Problem, start: Instant) {
        guard RefusedTime.choosesAgain.contains(problem.kind) else { return nil }
        self.init(kind: problem.kind, start: start)
    }

    /// The time whose last place somebody else has just had. The list of free times learns of it a moment later, and
    /// must not offer it meanwhile.
    var taken: Instant? { kind == .slotTaken ? start : nil }
}
