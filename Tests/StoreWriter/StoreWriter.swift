import Foundation
import LocalStore

/// A conversation without a mind, for tests that kill it: each line of standard input is stored as a turn would store it, and
/// repeated on standard output once it is durable.
///
/// Usage: `store-writer DATA-DIRECTORY USER-ID`
@main struct StoreWriter {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 3 else { return FileHandle.standardError.write(Data("give a directory and a user id\n".utf8)) }
        let directory = try DataDirectory(root: URL(filePath: arguments[1], directoryHint: .isDirectory))
        let lock = try await WriterLock.acquire(directory, purpose: "store-writer", wait: .seconds(20))
        let store = try PersonStore.open(in: directory, userID: try UserID(arguments[2]))
        let conversation = try await store.write { try $0.startConversation(channel: "terminal") }
        while let line = readLine() {
            try await turn(line, in: conversation.id, store)
            // Straight to the kernel: what was read from us was really said.
            try FileHandle.standardOutput.write(contentsOf: Data((line + "\n").utf8))
        }
        try store.close()
        lock.release()
    }

    /// A message and a memory of its own, an answer, and rows that change with every turn, some of them side by side.
    private static func turn(_ line: String, in conversation: String, _ store: PersonStore) async throws {
        let own = try MemoryKey(normalizing: line)
        let shared = try MemoryKey(validating: "last_said")
        let said = try await store.write { transaction in
            let said = try transaction.appendMessage(conversationID: conversation, role: .user, text: line)
            let provenance = Provenance(source: .said, messageID: said.id)
            _ = try transaction.saveMemory(category: .fact, key: own, value: line, provenance: provenance)
            _ = try transaction.enqueueJob(kind: "turn", payload: ["message": .string(said.id)])
            return said
        }
        async let memory = store.write { transaction in
            let provenance = Provenance(source: .said, messageID: said.id)
            return try transaction.saveMemory(category: .state, key: shared, value: line, provenance: provenance)
        }
        async let state: Void = store.write { transaction in
            var state =
                try transaction.view.conversationState() ?? ConversationState(newFor: transaction.userID, at: transaction.now)
            state.trustScore = min(10, state.trustScore + 0.01)
            state.lastUserMessage = line
            try transaction.saveConversationState(state)
        }
        async let answer = store.write { transaction in
            for job in try transaction.view.jobs().dropLast(2) { try transaction.finishJob(id: job.id) }
            if line.hasSuffix("3") { _ = try transaction.forgetMemory(category: .state, key: "last_said") }
            return try transaction.appendMessage(conversationID: conversation, role: .assistant, text: "You said: " + line)
        }
        _ = try await (memory, state, answer)
    }
}
