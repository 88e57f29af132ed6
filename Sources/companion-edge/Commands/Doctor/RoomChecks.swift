import CompanionServices

/// Looks whether the daemon can be called into rooms, where the settings want that.
struct RoomChecks {
    let context: CommandContext

    func findings() async throws -> [Finding] {
        guard context.configuration.rooms == .worker else { return [] }
        do {
            let calls = try RoomCalls(context.configuration)
            return [try await finding(calls)]
        } catch let failure as CommandFailure {
            return [.warning("calls", failure.message, fix: failure.advice ?? "See docs/rooms.md.")]
        } catch let error as RoomError {
            return [.warning("calls", error.description, fix: error.advice)]
        }
    }

    private func finding(_ calls: RoomCalls) async throws -> Finding {
        let server = PrintableText.oneLine(calls.address.text)
        let name = calls.agentName.isEmpty ? "every new room" : "rooms that ask for '\(PrintableText.oneLine(calls.agentName))'"
        guard context.daemon != nil else {
            return .fine("calls", "the daemon will be called into \(name) at \(server); it does not run now")
        }
        let status = try await context.households.household().rooms.status
        switch status.state {
        case .waiting, .visiting: return .fine("calls", "within call of \(server), for \(name)")
        case .off, .starting, .lost, .failed:
            return .warning(
                "calls", "not within call of \(server): \(PrintableText.oneLine(status.problem ?? "it begins just now"))",
                fix: "It is tried again by itself. Is the server there, and are LIVEKIT_URL, the key and the secret right?")
        }
    }
}
