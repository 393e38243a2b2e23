import Core
import Foundation

/// Interrupts a thread that waits for a socket.
final class WakeUpPipe: Sendable {
    private let reading: Int32
    private let writing: Int32

    init() throws {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else {
            throw StorageError.unavailable("no file descriptors left: raise the limit (ulimit -n)")
        }
        (reading, writing) = (ends[0], ends[1])
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
    }

    deinit {
        Foundation.close(reading)
        Foundation.close(writing)
    }

    /// A full pipe needs no further byte: the thread will wake anyway.
    func signal() {
        var byte: UInt8 = 1
        _ = write(writing, &byte, 1)
    }

    /// Returns on a signal, when `socket` can be read or is broken, or after `time`.
    func wait(with socket: Int32?, for time: Duration?) {
        var waits = [pollfd(fd: reading, events: Int16(POLLIN), revents: 0)]
        if let socket { waits.append(pollfd(fd: socket, events: Int16(POLLIN), revents: 0)) }
        _ = poll(&waits, nfds_t(waits.count), Int32(clamping: time?.milliseconds ?? -1))
        var bytes = [UInt8](repeating: 0, count: 64)
        while read(reading, &bytes, bytes.count) > 0 {}
    }
}
