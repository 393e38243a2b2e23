import Core
import Storage

/// One queue at one moment: who waits, which windows are open and when each should be free.
struct QueueView: Sendable {
    let tickets: [TicketRow]
    let sessions: [WindowSessionStore.Session]

    static func read(_ queue: String, in db: any Statements) throws -> QueueView {
        QueueView(
            tickets: try TicketStore.open(queue: queue, in: db),
            sessions: try WindowSessionStore.open(queue: queue, in: db))
    }

    var waiting: [Candidate] { tickets.filter { $0.state == .waiting }.map(\.candidate) }

    /// By plan, when each open window will have finished what it is doing; now for an idle one.
    func busyUntil(at now: Instant) -> [Instant] {
        sessions.map { session in
            guard let ticket = tickets.first(where: { $0.call?.window == session.window }), let call = ticket.call
            else {
                return now
            }
            return max(now, (call.startedAt ?? now) + .minutes(ticket.minutes))
        }
    }

    /// The forecast for one more ticket that joins now.
    func outlook(joining candidate: Candidate, order: CallingOrder, at now: Instant) -> WaitForecast.Outlook {
        WaitForecast(order: order).outlook(
            for: candidate.ticket, waiting: waiting + [candidate], busyUntil: busyUntil(at: now), at: now)
    }

    /// The forecast for a ticket that waits; `nil` when it does not.
    func outlook(of ticket: String, order: CallingOrder, at now: Instant) -> WaitForecast.Outlook? {
        guard waiting.contains(where: { $0.ticket == ticket }) else { return nil }
        return WaitForecast(order: order).outlook(
            for: ticket, waiting: waiting, busyUntil: busyUntil(at: now), at: now)
    }
}
