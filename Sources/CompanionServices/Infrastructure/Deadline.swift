/// Runs `body` and gives up on it after `limit`: it is cancelled, and the error is `.timedOut`.
///
/// The answer waits for `body` to notice its cancellation, so `body` has to be something that does.
func withDeadline<T: Sendable>(
    _ limit: Duration, clock: any Clock<Duration>, _ purpose: String, _ body: @escaping @Sendable () async throws -> T
) async throws(ServiceError) -> T {
    do {
        return try await withThrowingTaskGroup(of: T?.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await body() }
            group.addTask {
                try await clock.sleep(for: limit)
                return nil
            }
            guard let first = try await group.next(), let value = first else {
                throw ServiceError(.timedOut, "\(purpose) took longer than \(limit)")
            }
            return value
        }
    } catch {
        throw ServiceError(error, while: purpose)
    }
}
