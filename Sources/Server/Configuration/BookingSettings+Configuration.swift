import Booking
import Core

extension BookingSettings {
    /// The keys below `booking`; what has no key keeps its standard value.
    init(_ configuration: ResolvedConfiguration) {
        self.init()
        func minutes(_ key: String) -> Duration { .minutes(configuration.integer(key)) }
        horizonDays = configuration.integer("booking.horizonDays")
        holdDuration = configuration.seconds("booking.holdSeconds")
        sweepInterval = configuration.seconds("booking.sweepSeconds")
        activeLimit = configuration.integer("booking.limits.active")
        itemDayLimit = configuration.integer("booking.limits.perItemAndDay")
        moveLimit = configuration.integer("booking.limits.moves")
        cancelCutoff = minutes("booking.cancelCutoffMinutes")
        reofferDelay = configuration.seconds("booking.reofferSeconds")
        checkInEarly = minutes("booking.checkIn.earlyMinutes")
        checkInPunctual = minutes("booking.checkIn.punctualMinutes")
        checkInLate = minutes("booking.checkIn.lateMinutes")
        waitCeiling = minutes("booking.queue.ceilingMinutes")
        callEarly = minutes("booking.queue.callEarlyMinutes")
        recallLimit = configuration.integer("booking.queue.recallLimit")
        recallPause = configuration.seconds("booking.queue.recallPauseSeconds")
        windowLease = minutes("booking.queue.windowLeaseMinutes")
        windowIdle = minutes("booking.queue.windowIdleMinutes")
    }
}
