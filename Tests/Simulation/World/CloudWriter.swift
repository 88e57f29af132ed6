import LocalStore
import SyncModel

/// The cloud companion and other programs that write a person's rows without knowing of sync.
struct CloudWriter {
    let person: Int
    let ordinal: Int

    private var value: JSONValue { .string("\(LocalWriter.mark(person: person))cloud.\(ordinal)") }

    func perform(_ write: CloudWrite, on server: inout ModelServer, account: String) {
        switch write {
        case .upsertMemory(let key, let isShared):
            let name = isShared ? "shared\(key)" : "cloud\(key)"
            server.write(ModelRowID(table: "memory", key: ["FACT", name]), ["value": value], user: account)
        case .deleteMemory(let key):
            server.remove(ModelRowID(table: "memory", key: ["FACT", "shared\(key)"]), user: account)
        case .summary:
            let now = JSONValue.string(Timestamp(milliseconds: server.now).iso8601)
            state(
                [
                    "last_summary": value, "last_topics": [value], "last_user_message": value, "last_assistant_message": value,
                    "last_conversation_at": now,
                ], on: &server, account)
        case .stage: state(["stage": .string(["TRUST", "COMMITMENT"][ordinal % 2])], on: &server, account)
        case .metadata: state(["metadata": ["note": value]], on: &server, account)
        case .profile:
            server.write(ModelRowID(table: "user_profiles", key: []), ["profile_text": value], user: account)
        case .onboarding(let field):
            let column = ["full_name", "gender", "occupation", "interests"][field]
            server.write(
                ModelRowID(table: "onboarding_details", key: []), [column: field == 3 ? [value] : value], user: account)
        }
    }

    private func state(_ values: [String: JSONValue], on server: inout ModelServer, _ account: String) {
        server.write(ModelRowID(table: "conversation_state", key: []), values, user: account)
    }
}
