import CompanionServices
import Foundation
import LocalStore
import SyncEngine

/// What `status` tells of one person.
struct PersonStatus: Encodable, Sendable {
    let id: String
    let name: String?
    let memories: Int
    let messages: Int
    let conversations: Int
    let lastConversationAt: Timestamp?
    let remindersPending: Int
    let nextReminderAt: Timestamp?
    let questionsOpen: Int
    let jobsPending: Int
    let changesToSync: Int
    let storeBytes: Int
    let spending: SpendingReport
    let sync: PersonSyncStatus

    init(_ person: Person, _ companion: PersonCompanion, account: Account?, engine: SyncStatus?) async throws {
        let bytes = try Self.size(of: companion.store.file)
        let (budget, now) = (companion.mind.options.budget, companion.store.clock.now())
        self = try await companion.store.read { view in
            let conversations = try view.conversations()
            let reminders = try view.reminders(states: [.pending])
            return PersonStatus(
                id: person.id.text, name: person.name, memories: try view.memoryCount(), messages: try view.messageCount(),
                conversations: conversations.count, lastConversationAt: conversations.first?.startedAt,
                remindersPending: reminders.count, nextReminderAt: reminders.first?.dueAt,
                questionsOpen: try view.deferredQuestions(open: true).count, jobsPending: try view.jobs().count,
                changesToSync: try view.outboxCount(), storeBytes: bytes,
                spending: try SpendingReport(budget, view, at: now),
                sync: PersonSyncStatus(account: account, tables: try view.syncTables(), engine: engine))
        }
    }

    private init(
        id: String, name: String?, memories: Int, messages: Int, conversations: Int, lastConversationAt: Timestamp?,
        remindersPending: Int, nextReminderAt: Timestamp?, questionsOpen: Int, jobsPending: Int, changesToSync: Int,
        storeBytes: Int, spending: SpendingReport, sync: PersonSyncStatus
    ) {
        self.id = id
        self.name = name
        self.memories = memories
        self.messages = messages
        self.conversations = conversations
        self.lastConversationAt = lastConversationAt
        self.remindersPending = remindersPending
        self.nextReminderAt = nextReminderAt
        self.questionsOpen = questionsOpen
        self.jobsPending = jobsPending
        self.changesToSync = changesToSync
        self.storeBytes = storeBytes
        self.spending = spending
        self.sync = sync
    }

    func lines(moments: Moments) -> [String] {
        [
            "knows   \(memories.counted("memory", "memories")), \(messages.counted("message")) in \(conversations.counted("conversation"))"
                + (lastConversationAt.map { ", the last on \(moments.text($0))" } ?? ""),
            "waits   \(remindersPending.counted("reminder"))" + (nextReminderAt.map { ", the next on \(moments.text($0))" } ?? "")
                + "; \(questionsOpen.counted("question")) for a better brain; \(jobsPending.counted("job"))",
            "store   \(Self.megabytes(storeBytes)), \(changesToSync.counted("change")) not synced",
        ] + (spending.isWorthTelling ? ["cloud   \(spending.words)"] : []) + sync.lines(moments: moments)
    }

    private static func megabytes(_ bytes: Int) -> String {
        "\(bytes / 1_048_576).\(bytes % 1_048_576 * 10 / 1_048_576) MB"
    }

    private static func size(of store: URL) throws -> Int {
        try [store.path, store.path + "-wal"].reduce(0) { sum, path in
            do {
                return sum + (try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0)
            } catch CocoaError.fileReadNoSuchFile {
                // Nothing was written since it was folded into the file.
                return sum
            }
        }
    }

    enum CodingKeys: String, CodingKey {
        case id, name, memories, messages, conversations, sync
        case lastConversationAt = "last_conversation_at"
        case remindersPending = "reminders_pending"
        case nextReminderAt = "next_reminder_at"
        case questionsOpen = "questions_open"
        case jobsPending = "jobs_pending"
        case spending = "cloud_today"
        case changesToSync = "changes_to_sync"
        case storeBytes = "store_bytes"
    }
}
