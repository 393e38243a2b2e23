import Core

/// The rules of booking and queueing that an operator may set.
package struct BookingSettings: Sendable {
    /// `booking.horizonDays` (1…180, default 14): how many days ahead slots are offered, today included.
    package var horizonDays = 14
    /// `booking.holdSeconds` (30…3600, default 600): how long a hold lasts.
    package var holdDuration = Duration.seconds(600)
    /// `booking.sweepSeconds` (1…60, default 2): pause between two sweeps for holds and slots that ran out.
    package var sweepInterval = Duration.seconds(2)
    /// `booking.limits.active` (0…1000, default 6; 0 is no limit): open bookings of one person on all channels.
    package var activeLimit = 6
    /// `booking.limits.perItemAndDay` (0…100, default 2; 0 is no limit): bookings of one person for the same item on
    /// one day, each item of a visit counted; one cancelled or moved away on that very day goes on counting.
    package var itemDayLimit = 2
    /// `booking.limits.moves` (0…100, default 5; 0 is no limit): how often one booking can be moved.
    package var moveLimit = 5
    /// `booking.cancelCutoffMinutes` (0…2880, default 0): a booking can be cancelled or moved until this long before.
    package var cancelCutoff = Duration.zero
    /// `booking.reofferSeconds` (0…3600, default 30): a place that was cancelled or moved away from is offered again
    /// after a random time up to this, against trade in slots.
    package var reofferDelay = Duration.seconds(30)
    /// `booking.checkIn.earlyMinutes` (0…480, default 30): how long before the slot check-in opens.
    package var checkInEarly = Duration.minutes(30)
    /// `booking.checkIn.punctualMinutes` (0…120, default 10): later than this after the slot's start, the person
    /// queues as a walk-in.
    package var checkInPunctual = Duration.minutes(10)
    /// `booking.checkIn.lateMinutes` (0…480, default 30): how long after the slot's start check-in closes.
    package var checkInLate = Duration.minutes(30)
    /// Not configurable (standard 6): priority earned per minute by a punctual booked person.
    package var rateBooked = 6.0
    /// Not configurable (standard 6): the same for elder, disabled, military and expectant people.
    package var ratePriority = 6.0
    /// Not configurable (standard 1): the same for everybody else.
    package var rateOrdinary = 1.0
    /// `booking.queue.ceilingMinutes` (5…480, default 45): after this wait everybody earns at the top rate.
    package var waitCeiling = Duration.minutes(45)
    /// `booking.queue.callEarlyMinutes` (0…60, default 2): a booked person is called this long before the slot at
    /// most, unless the window would idle.
    package var callEarly = Duration.minutes(2)
    /// `booking.queue.recallLimit` (0…20, default 3).
    package var recallLimit = 3
    /// `booking.queue.recallPauseSeconds` (0…300, default 20): pause between two calls of one number.
    package var recallPause = Duration.seconds(20)
    /// `booking.queue.windowLeaseMinutes` (5…1440, default 15): an officer who has neither acted at a window nor looked
    /// at its desk for this long can be followed by a colleague.
    package var windowLease = Duration.minutes(15)
    /// `booking.queue.windowIdleMinutes` (5…1440, default 120): an officer who has not acted at a window for this long
    /// is no longer taken to be there because the desk is looked at: a page left open looks for ever.
    package var windowIdle = Duration.minutes(120)
    /// Not configurable: how many go first when somebody missed a call and is back.
    package var rejoinBehind = 3
    /// Not configurable: how often one number may come back.
    package var rejoinLimit = 2
    /// Not configurable: how long a request can be repeated with its key.
    package var idempotencyLifetime = Duration.hours(48)

    package init() {}
}
