import Dispatch
import GRDB

extension PersonStore {
    /// When pending reminders are due, in order: at once, and again whenever that changes. Only the newest state is kept for a
    /// slow reader. End the iteration before closing the store.
    package func reminderSchedule() -> AsyncThrowingStream<[Timestamp], any Error> {
        let pool = pool
        return AsyncThrowingStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            let observation = ValueObservation.tracking { db in
                try Timestamp.fetchAll(db, sql: "SELECT due_at FROM reminders WHERE state = 'pending' ORDER BY due_at")
            }.removeDuplicates()
            let cancellable = observation.start(
                in: pool, scheduling: .async(onQueue: .global()),
                onError: { continuation.finish(throwing: $0) }, onChange: { continuation.yield($0) })
            continuation.onTermination = { _ in cancellable.cancel() }
        }
    }
}
