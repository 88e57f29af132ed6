import AudioIO
import CompanionServices
import LocalStore
import Synchronization

/// How it is with rooms while the daemon lives: written by ``RoomCare``, read by those who show it.
final class RoomBoard: Sendable {
    struct Status: Sendable, Hashable {
        enum State: String, Sendable, Hashable { case off, starting, waiting, visiting, lost, failed }

        var state = State.off
        var since: Timestamp?
        /// What went wrong last; nothing once it is well again.
        var problem: String?
        /// How often it had to begin anew after a failure.
        var restarts = 0
        /// How often the server registered it.
        var registrations = 0
        var visits = 0
        var failedVisits = 0
        var declined = 0
    }

    private struct Inside {
        var status = Status()
        /// Of rooms that were left.
        var counts = RoomCounts()
        var room: LiveKitRoom?
        var library: LiveKitLibrary?
    }

    private let inside = Mutex(Inside())

    var status: Status { inside.withLock { $0.status } }
    /// Of all visits so far.
    var counts: RoomCounts { inside.withLock { $0.counts + ($0.room?.counts ?? RoomCounts()) } }
    /// What of LiveKit's library is held at the moment.
    var liveHandles: Int { inside.withLock { $0.library?.liveHandles ?? 0 } }

    func report(_ state: Status.State, problem: String? = nil, at now: Timestamp) {
        inside.withLock { inside in
            inside.status.problem = problem
            guard inside.status.state != state else { return }
            (inside.status.state, inside.status.since) = (state, now)
        }
    }

    func beginsAnew() { inside.withLock { $0.status.restarts += 1 } }
    func uses(_ library: LiveKitLibrary) { inside.withLock { $0.library = library } }

    /// The room that is visited now, or no more.
    func watch(_ room: LiveKitRoom?) {
        inside.withLock { inside in
            inside.counts = inside.counts + (inside.room?.counts ?? RoomCounts())
            inside.room = room
        }
    }

    func note(_ news: RoomWorker.News, at now: Timestamp) {
        switch news {
        case .registered:
            inside.withLock { $0.status.registrations += 1 }
            // A visit may have gone on without the server.
            report(inside.withLock { $0.room } == nil ? .waiting : .visiting, at: now)
        case .lost(let error, _): report(.lost, problem: "\(error)", at: now)
        case .declined: inside.withLock { $0.status.declined += 1 }
        case .called:
            inside.withLock { $0.status.visits += 1 }
            report(.visiting, at: now)
        case .left(_, let problem):
            if problem != nil { inside.withLock { $0.status.failedVisits += 1 } }
            report(.waiting, problem: problem, at: now)
        case .draining: break
        }
    }
}
