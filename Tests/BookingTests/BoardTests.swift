import Core
import Hummingbird
import Synchronization
import TestKit
import Testing

@testable import Booking
@testable import Storage
@testable import Web

@Suite("Boards: snapshot, live events, replay, and the chain behind them")
struct BoardTests {
    @Test(arguments: Backend.available)
    func `a board sees each call once, also after it was away`(backend: Backend) async throws {
        try await withWorld(backend) { world in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await world.booking.board.run() }
                let queue = world.booking.queue
                _ = try await queue.open("night-a-1", by: BookingWorld.officer(1))
                var live = try await world.booking.board.events(hall: BookingWorld.hall, after: nil).makeAsyncIterator()
                let snapshot = try #require(await live.next())
                #expect(snapshot.name == "snapshot")
                let issued = try await world.walkIn()
                let called = try await queue.callNext("night-a-1", by: BookingWorld.officer(1))
                #expect(await live.next()?.name == "queue")
                let call = try #require(await live.next())
                #expect(call.name == "called" && call.data.contains("\"number\":\"\(issued.number)\""))
                #expect(call.sequence > snapshot.sequence)
                #expect(!call.data.contains(called.reservation))
                let board = try await world.booking.board.snapshot(hall: BookingWorld.hall)
                #expect(board.calls.map(\.number) == [issued.number])
                var returning = try await world.booking.board.events(hall: BookingWorld.hall, after: snapshot.sequence)
                    .makeAsyncIterator()
                #expect(await returning.next()?.name == "queue")
                #expect(await returning.next() == call)
                group.cancelAll()
            }
        }
    }

    /// Events are handed over under the lock of the feeds, and need the lock of the task that waits for them; whoever
    /// cancels that task holds the second. Asking for the first as well would stop both, and every request after them.
    @Test(.timeLimit(.minutes(10)))
    func `a board that goes away while others are being told waits for nothing`() async throws {
        try await withWorld(.sqlite) { world in
            let board = world.booking.board
            let events = try await board.events(hall: BookingWorld.hall, after: nil)
            let (isThere, signal) = AsyncStream.makeStream(of: Void.self)
            let watching = Task { for await _ in events { signal.yield() } }
            for await _ in isThere { break }
            board.halls.withLock { _ in watching.cancel() }
            await watching.value
            while board.halls.withLock({ !$0.isEmpty }) { try await Task.sleep(for: .milliseconds(5)) }
        }
    }

    @Test(arguments: Backend.available)
    func `a board cut between two events of one call is told both again`(backend: Backend) async throws {
        try await withWorld(backend) { world in
            _ = try await world.booking.queue.open("night-a-1", by: BookingWorld.officer(1))
            _ = try await world.walkIn()
            let before = try await world.database.read { try EventStore.lastSequence(of: BookingWorld.hall, in: $0) }
            _ = try await world.booking.queue.callNext("night-a-1", by: BookingWorld.officer(1))
            var events = try await world.booking.board.events(hall: BookingWorld.hall, after: before)
                .makeAsyncIterator()
            let call = try #require(await events.next())
            let count = try #require(await events.next())
            #expect(call.name == "called" && count.name == "queue" && call.sequence == count.sequence)
            // Only the last has an id: what a board names as its last has been told it as a whole.
            let lines = [call, count].map { String(buffer: $0.serverSent.encoded) }
            #expect(!lines[0].contains("id: ") && lines[1].hasPrefix("id: \(count.sequence)\n"))
        }
    }

    @Test(arguments: Backend.available)
    func `a call that a board learns of late is shown, and not spoken`(backend: Backend) async throws {
        try await withWorld(backend) { world in
            _ = try await world.booking.queue.open("night-a-1", by: BookingWorld.officer(1))
            let issued = try await world.walkIn()
            _ = try await world.booking.queue.callNext("night-a-1", by: BookingWorld.officer(1))
            func replayed() async throws -> [BoardEvent] {
                var events = try await world.booking.board.events(hall: BookingWorld.hall, after: 0).makeAsyncIterator()
                var found = [BoardEvent]()
                while let event = await events.next() {
                    found.append(event)
                    if event.name == "called" { return found }
                }
                return found
            }
            world.clock.advance(by: .seconds(20))
            let timely = try await replayed()
            #expect(timely.last?.name == "called" && !timely.contains { $0.data.contains("late") })
            world.clock.advance(by: .seconds(1))
            let late = try await replayed()
            #expect(late.last?.data.contains("\"late\":true") == true)
            #expect(late.last?.data.contains("\"number\":\"\(issued.number)\"") == true)
            #expect(!late.dropLast().contains { $0.data.contains("late") })
        }
    }

    @Test(arguments: Backend.available)
    func `the chain of a hall verifies, and an altered row breaks it`(backend: Backend) async throws {
        try await withWorld(backend) { world in
            for person in 1...5 { _ = try await world.book(4, by: person) }
            _ = try await world.walkIn()
            try await world.booking.eventChain.chain()
            #expect(try await world.booking.eventChain.firstBreak(in: BookingWorld.hall) == nil)
            let kinds = try await world.database.read { db in
                try EventStore.events(of: BookingWorld.hall, after: 0, limit: 100, in: db).map(\.entry.kind)
            }
            #expect(kinds.filter { $0 == .booked }.count == 5 && kinds.filter { $0 == .held }.count == 5)
            try await world.database.transaction { tx in
                _ = try tx.execute("UPDATE booking_event SET subject = 'x' WHERE hall = $1 AND sequence = 3", "night")
            }
            #expect(try await world.booking.eventChain.firstBreak(in: BookingWorld.hall) == 3)
        }
    }

    @Test(arguments: Backend.available)
    func `the text message of a booking reaches the sink`(backend: Backend) async throws {
        try await withWorld(backend) { world in
            let booked = try await world.book(4, by: 1)
            let payload = try await world.database.read { db in
                try db.first("SELECT id, payload FROM storage_outbox WHERE topic = $1", MessageSink.topic)?.text(
                    "payload")
            }
            #expect(payload?.contains(booked.reservation.code ?? "-") == true)
            // Delivered twice, as an outbox may, it is one message.
            let message = OutboxMessage(
                id: "message-1", topic: MessageSink.topic, payload: try #require(payload), attempt: 1)
            for _ in 0..<2 { try await world.booking.messages.deliver(message) }
            #expect(try await world.booking.messages.recent().count == 1)
        }
    }
}
