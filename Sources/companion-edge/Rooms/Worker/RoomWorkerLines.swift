import CompanionServices

/// What people are told of a worker.
enum RoomWorkerLines {
    static func line(_ news: RoomWorker.News) -> String {
        switch news {
        case .registered: "Registered at the LiveKit server; waiting to be called."
        case .lost(let error, let retry): "\(error) It is tried again in \(retry.components.seconds) s."
        case .declined(let job): "Called into the room \(job.room) as well, and declined: one at a time."
        case .called(let job): "Called into the room \(job.room)."
        case .left(let job, nil): "Left the room \(job.room); waiting to be called."
        case .left(let job, let problem?): "The visit to the room \(job.room) failed: \(problem)"
        case .draining: "No more calls are taken."
        }
    }
}
