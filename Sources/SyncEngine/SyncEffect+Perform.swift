import LocalStore

extension SyncEffect {
    /// Does what the machine wants and says what came of it. A wake-up and an end are not done here.
    func perform(store: PersonStore, remote: any SyncRemote, appVersion: String, account: String? = nil) async -> SyncEvent {
        switch self {
        case .store(let id, let step):
            do {
                let report = try await store.write(isPatient: true) {
                    try step.run($0, appVersion: appVersion, account: account)
                }
                return .stored(id: id, report)
            } catch {
                return .storeFailed(id: id, String(describing: error))
            }
        case .push(let id, let request):
            return .pushed(id: id, await result { () async throws(RemoteError) in try await remote.push(request) })
        case .pull(let id, let request):
            return .pulled(id: id, await result { () async throws(RemoteError) in try await remote.pull(request) })
        case .reject(let id, let request):
            return .rejected(id: id, await result { () async throws(RemoteError) in try await remote.reject(request) })
        case .renewAuthorization(let id):
            return .renewed(id: id, await result { () async throws(RemoteError) in try await remote.renewAuthorization() })
        case .wake, .finished: return .tick
        }
    }

    private func result<Value>(_ body: () async throws(RemoteError) -> Value) async -> Result<Value, RemoteError> {
        do {
            return .success(try await body())
        } catch {
            return .failure(error)
        }
    }
}
