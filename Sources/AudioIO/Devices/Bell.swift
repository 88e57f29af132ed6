import CLinux
import Glibc

/// Wakes a thread that waits, without a lock or an allocation. Rung several times before it is heard, it is heard once.
final class Bell: Sendable {
    let descriptor: Int32

    init() throws(AudioError) {
        descriptor = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
        guard descriptor >= 0 else {
            throw AudioError(.unsupported, "The system has no room for another event: \(OpenFile.reason).")
        }
    }

    deinit {
        close(descriptor)
    }

    func ring() {
        // A full counter means that it is ringing already.
        eventfd_write(descriptor, 1)
    }

    /// Waits until the bell rings, at most `milliseconds`; for ever if negative.
    func wait(milliseconds: Int32) {
        var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        poll(&ready, 1, milliseconds)
        silence()
    }

    func silence() {
        var count: eventfd_t = 0
        eventfd_read(descriptor, &count)
    }
}
