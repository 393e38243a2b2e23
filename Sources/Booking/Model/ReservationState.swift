/// Where a visit stands. One row lives from the first click to the end of the service; a walk-in is
/// the same row born at `waiting`.
package enum ReservationState: String, Sendable, Hashable, Codable, CaseIterable {
    /// A slot is set aside until the hold runs out.
    case held
    case expired, released
    case booked
    case cancelled, noShow
    /// In a hall's queue with a number.
    case waiting
    /// Called to a window and not yet there.
    case called
    case serving
    case parked, skipped
    case done, left

    /// Nothing can follow; claims and limits have been given back.
    package var isFinal: Bool {
        switch self {
        case .expired, .released, .cancelled, .done, .left: true
        case .held, .booked, .noShow, .waiting, .called, .serving, .parked, .skipped: false
        }
    }

    /// The person is in the hall with a number.
    package var isInHall: Bool {
        switch self {
        case .waiting, .called, .serving, .parked, .skipped: true
        case .held, .expired, .released, .booked, .cancelled, .noShow, .done, .left: false
        }
    }
}

/// The moves of the state machine; nothing else changes a reservation's state.
package enum ReservationMove: String, Sendable, Hashable, CaseIterable {
    case confirm, expire, release, cancel, move, redeem, missed, call, recall, start, skip, rejoin, park, resume
    case transfer, finish, leave, takeBack, rejoinAfterMiss

    /// The states from which the move is allowed.
    package var from: Set<ReservationState> {
        switch self {
        case .confirm, .expire, .release: [.held]
        case .cancel, .move, .redeem, .missed: [.booked]
        case .call: [.waiting]
        case .recall, .start, .skip: [.called]
        case .rejoin: [.skipped]
        case .park, .transfer, .finish: [.serving]
        case .resume: [.parked]
        case .leave: [.waiting, .called, .skipped, .parked]
        case .takeBack: [.called, .serving]
        case .rejoinAfterMiss: [.noShow]
        }
    }

    package var to: ReservationState {
        switch self {
        case .confirm, .move: .booked
        case .expire: .expired
        case .release: .released
        case .cancel: .cancelled
        case .missed: .noShow
        case .call, .recall: .called
        case .start: .serving
        case .skip: .skipped
        case .park: .parked
        case .finish: .done
        case .leave: .left
        case .redeem, .rejoin, .resume, .transfer, .takeBack, .rejoinAfterMiss: .waiting
        }
    }
}
