import Core

extension CalledTicket {
    init(_ row: TicketRow) {
        self.init(row, call: row.call)
    }

    /// - Parameter call: the call the ticket had, where it has none any more.
    init(_ row: TicketRow, call: CallRow?) {
        self.init(
            ticket: row.id, number: row.number, reservation: row.reservation, queue: row.queue, items: row.items,
            priority: row.priority, state: row.state, window: call?.window, slotStart: row.slotStart,
            calledAt: call?.lastCalledAt, recalls: call?.recalls ?? 0, startedAt: call?.startedAt)
    }
}

extension WaitingTicket {
    init(_ row: TicketRow) {
        self.init(
            ticket: row.id, number: row.number, items: row.items, priority: row.priority, state: row.state,
            slotStart: row.slotStart, issuedAt: row.issuedAt)
    }
}
