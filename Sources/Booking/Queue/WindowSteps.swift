import Catalogue
import Core
import Storage

/// An officer sits down at a window.
struct OpenStep: Sendable {
    let window: ServiceWindow
    let officer: String
    let core: BookingCore
    let now: Instant

    /// Somebody may open or close the window at the same moment; then it is looked at again.
    private static let attempts = 3

    func run(in tx: any Transaction) throws {
        for _ in 0..<OpenStep.attempts {
            let opened = try WindowSessionStore.open(
                id: core.surroundings.newID(), window: window.id, hall: window.hall, queue: window.group,
                officer: officer, at: now, in: tx)
            if opened { return try core.appendWindow(.windowOpened, window, by: officer, at: now, in: tx) }
            guard let session = try WindowSessionStore.enter(window.id, by: officer, at: now, in: tx) else { continue }
            if session.officer == officer { return }
            guard session.seenAt < now - core.settings.windowLease else {
                throw Problem.windowOutOfOrder("open", "Somebody else has opened this window.")
            }
            try core.leave(window, by: officer, .takenOver, at: now, in: tx)
        }
        throw Problem.busy()
    }
}

/// A window is closed by its officer, or by a manager.
struct CloseStep: Sendable {
    let window: ServiceWindow
    let officer: String
    let isManager: Bool
    /// Whether the officer says that whoever is at the window shall wait again.
    let takesBack: Bool
    let core: BookingCore
    let now: Instant

    func run(in tx: any Transaction) throws {
        guard let session = try WindowSessionStore.enter(window.id, by: officer, at: now, in: tx) else { return }
        let isOwn = session.officer == officer
        guard isOwn || isManager else {
            throw Problem.windowOutOfOrder("open", "Somebody else has opened this window.")
        }
        if isOwn, !takesBack, let ticket = try TicketStore.current(window: window.id, in: tx) {
            throw Problem.outOfOrder(ticket.state, "Finish number \(ticket.number) first, or have it taken back.")
        }
        try core.leave(window, by: officer, isOwn ? .closed : .closedByManager, at: now, in: tx)
    }
}

extension BookingCore {
    /// Ends the session of a window that this transaction has locked, and what goes on there.
    fileprivate func leave(
        _ window: ServiceWindow, by officer: String, _ cause: TakeBack.Cause, at now: Instant, in tx: any Transaction
    ) throws {
        try TakeBack(window: window, officer: officer, cause: cause, core: self, now: now).run(in: tx)
        _ = try WindowSessionStore.close(window.id, at: now, in: tx)
        try appendWindow(.windowClosed, window, by: officer, cause: cause, at: now, in: tx)
    }
}
