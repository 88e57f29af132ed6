import GRDB
import LocalStore
import SyncEngine
import SyncModel
import TestSupport

/// One person's file on one device and the program that keeps it in step with the server.
///
/// The program may die between any two of its effects. What its transactions committed stays; everything else is gone.
final class Seat {
    /// Thrown at an effect's edge when the program dies there.
    struct Crash: Error {}

    let index: Int
    let device: Int
    let person: Int
    unowned let world: World
    var file: SimulatedFile
    var sources: SimulatedSources { file.sources }
    var diary: Diary
    var random: SeededGenerator
    /// How often the program was started; what belongs to an earlier life is ignored.
    private(set) var life = 0
    var watch = OutboxWatch()
    /// How many changes the file had seen when it was last checked.
    private var checkedChanges = -1
    var isRunning = false
    var inFlight: Request?
    var machine: SyncMachine?
    /// Only the newest wish to be woken counts.
    var ticket = 0
    /// Resets since the troubles ended.
    var lateResets = 0

    init(
        index: Int, device: Int, person: Int, file: SimulatedFile, diary: Diary, seed: UInt64,
        world: World
    ) {
        self.index = index
        self.device = device
        self.person = person
        self.file = file
        self.diary = diary
        self.world = world
        random = SeededGenerator(seed: seed)
    }

    func die() {
        life += 1
        isRunning = false
        machine = nil
        inFlight = nil
    }

    /// The file is another one now: what was watched does not bind it.
    func forgetWatched() {
        watch = OutboxWatch()
        checkedChanges = -1
    }

    /// A person uses the program. The write is durable, or it left nothing.
    func write(_ write: LocalWrite) throws {
        let ordinal = world.nextWrite()
        try enter()
        let before = diary
        do {
            try file.write { transaction, db in
                let writer = LocalWriter(
                    seat: index, person: person, ordinal: ordinal, transaction: transaction, db: db, sources: sources)
                let newest = try Int64.fetchOne(db.cachedStatement(sql: "SELECT max(lid) FROM outbox")) ?? 0
                try writer.perform(write, diary: &diary)
                for row in try Row.fetchAll(
                    db.cachedStatement(sql: "SELECT lid, hex(op_id) AS id, tbl, row_key, op, patch FROM outbox WHERE lid > ?"),
                    arguments: [newest])
                {
                    let patch: String? = row["patch"]
                    diary.changes[row["lid"]] = Diary.Change(
                        operationID: row["id"], table: row["tbl"], rowKey: row["row_key"], operation: row["op"],
                        patch: try patch.map { try JSONValue(parsing: $0).objectValue ?? [:] } ?? [:])
                }
                world.groups.note(try GroupValue(db))
                try spoilWrite(db)
            }
        } catch is LocalWriter.GivenUp {
            diary = before
        }
        try handle(.localWrite)
    }

    /// Holds the seat against what must be true after every step. Nothing written, nothing to look at.
    func checkStep() throws {
        try file.read { _, db in
            guard db.totalChangesCount != checkedChanges else { return }
            checkedChanges = db.totalChangesCount
            try watch.check(db)
            guard !diary.isUncertain, !world.serverHasForgotten, !world.serverWasRestored else { return }
            for row in try Row.fetchAll(
                db.cachedStatement(sql: "SELECT key, value FROM memory WHERE key LIKE 'private\(index)\\_%' ESCAPE '\\'"))
            {
                let (key, value): (String, String) = (row["key"], row["value"])
                guard diary.privateMemories[key] == .some(.some(value)) else {
                    throw RunReport.Violation(
                        "I9",
                        "seat \(index) shows '\(value)' for \(key), which only it writes, after writing \(diary.privateMemories[key].map { $0 ?? "nothing" } ?? "nothing")"
                    )
                }
            }
            let shown =
                try Int.fetchOne(
                    db.cachedStatement(sql: "SELECT count(*) FROM memory WHERE key LIKE 'private\(index)\\_%' ESCAPE '\\'")) ?? 0
            let meant = diary.privateMemories.values.filter { $0 != nil }.count
            guard shown == meant else {
                throw RunReport.Violation("I9", "seat \(index) shows \(shown) of its \(meant) own memories")
            }
        }
    }
}
