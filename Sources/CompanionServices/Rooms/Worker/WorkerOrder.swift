import AudioIO
import LocalStore

/// What a LiveKit server tells a worker: `ServerMessage` of livekit_agent.proto.
enum WorkerOrder: Sendable, Hashable {
    case registered(workerID: String)
    /// Is the worker free for this?
    case availability(RoomJob)
    /// It was, and is to come.
    case assignment(RoomAssignment)
    /// A job is over, whatever goes on there.
    case termination(job: String)
    case pong
    /// Nothing that has to be known.
    case other

    init(_ bytes: [UInt8]) {
        let message = WireReader(bytes)
        self =
            switch message.first {
            case 1: .registered(workerID: message[1].string(1))
            case 2: .availability(RoomJob(message[2][1]))
            case 3: .assignment(RoomAssignment(message[3]))
            case 4: .pong
            case 5: .termination(job: message[5].string(1))
            default: .other
            }
    }
}

/// A room in which somebody wants the companion: `Job`.
package struct RoomJob: Sendable, Hashable {
    package let id: String
    /// The room's name.
    package let room: String

    package init(id: String, room: String) {
        (self.id, self.room) = (id, room)
    }

    init(_ job: WireReader) {
        self.init(id: job.string(1), room: job[3].string(2))
    }
}

/// The job that the worker has got, and what lets it into the room: `JobAssignment`.
package struct RoomAssignment: Sendable, Hashable {
    package let job: RoomJob
    /// Where the server is, if that is not where the worker registered.
    package let address: String?
    package let token: Secret<String>

    init(_ assignment: WireReader) {
        job = RoomJob(assignment[1])
        let url = assignment.string(2)
        address = url.isEmpty ? nil : url
        token = Secret(assignment.string(3))
    }
}
