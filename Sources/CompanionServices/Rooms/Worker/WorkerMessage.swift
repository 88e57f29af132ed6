import AudioIO

/// What a worker tells a LiveKit server: `WorkerMessage` of livekit_agent.proto.
enum WorkerMessage: Sendable, Hashable {
    /// - Parameter ping: every how many seconds the worker says that it is there.
    case register(agentName: String, version: String, ping: Int)
    /// Whether a job is wanted, and who the worker will be in its room.
    case availability(job: String, isAvailable: Bool, guest: RoomGuest)
    case status(isFull: Bool, jobs: Int)
    case job(String, JobStatus, error: String)
    /// - Parameter time: of the wall clock, in milliseconds.
    case ping(time: Int64)

    /// `JobStatus`
    enum JobStatus: Int, Sendable, Hashable {
        case running = 1
        case success = 2
        case failed = 3
    }

    var bytes: [UInt8] {
        var writer = WireWriter()
        switch self {
        case .register(let name, let version, let ping):
            writer.put(1) { register in
                // Of type 0: one job for a room.
                register.put(1, 0)
                register.put(3, version)
                register.put(5, ping)
                register.put(7) { Self.permissions(&$0) }
                if !name.isEmpty { register.put(8, name) }
            }
        case .availability(let job, let isAvailable, let guest):
            writer.put(2) { answer in
                answer.put(1, job)
                answer.put(2, isAvailable)
                guard isAvailable else { return }
                answer.put(4, guest.name)
                answer.put(5, guest.identity)
                answer.put(7, map: ["lk.agent.state": "initializing"])
            }
        case .status(let isFull, let jobs):
            writer.put(3) { status in
                status.put(1, isFull)
                status.put(3, isFull ? Float(1) : 0)
                status.put(4, jobs)
            }
        case .job(let id, let status, let error):
            writer.put(4) { job in
                job.put(1, id)
                job.put(2, status.rawValue)
                if !error.isEmpty { job.put(3, error) }
            }
        case .ping(let time): writer.put(5) { $0.put(1, time) }
        }
        return writer.bytes
    }

    /// `ParticipantPermission`: to listen, to speak, to write, and to show what it does; and that it is an agent.
    private static func permissions(_ writer: inout WireWriter) {
        for grant in [1, 2, 3, 10, 11] { writer.put(grant, true) }
    }
}
