import LocalStore
import TestSupport
import Testing

/// The rules of conflict as algebra: what must hold whatever the values are.
@Suite struct MergeAlgebraTests {
    private static let rounds = 20_000

    private func table(_ name: String) throws -> SyncedTable { try #require(SyncedTable.named(name)) }

    private func row(_ random: inout SeededGenerator) -> MergedRow {
        MergedRow(
            body: [
                "stage": "ORIENTATION", "trust_score": .double(Double(Int.random(in: 0...100, using: &random)) / 10),
                "stage_history": [], "last_summary": "old", "last_topics": ["old"],
            ], sequence: 5, clock: WriteClock(hlc: HybridTime(rawValue: 100), node: "srv"))
    }

    private func write(_ who: String, at hlc: Int64, _ random: inout SeededGenerator) -> RowOperation {
        var values: [String: JSONValue] = ["stage": .string("stage of \(who)")]
        if Bool.random(using: &random) {
            values["last_summary"] = .string("summary of \(who)")
            values["last_topics"] = [.string("topic of \(who)")]
        }
        let base: Int64? = Bool.random(using: &random) ? nil : 3
        return RowOperation("patch", values: values, base: base, hlc: HybridTime(rawValue: hlc))
    }

    /// As the server does it: each operation under the device that made it.
    private func applying(_ operations: [(String, RowOperation)], to row: MergedRow, _ table: SyncedTable) -> MergedRow {
        operations.reduce(row) { row, next in
            var merge = RowMerge(table: table, device: next.0, row: row)
            merge.apply(next.1)
            return merge.row
        }
    }

    @Test("writes that knew nothing of each other give the same row in any order, and groups never mix")
    func commutative() throws {
        var random = SeededGenerator(seed: 11)
        let table = try table("conversation_state")
        for _ in 0..<Self.rounds {
            let row = row(&random)
            let times = [Int64](50...150).shuffled(using: &random)
            let operations = ["a", "b", "c"].enumerated().map { ($1, write($1, at: times[$0], &random)) }
            let results = [[0, 1, 2], [2, 1, 0], [1, 0, 2]].map { applying($0.map { operations[$0] }, to: row, table) }
            #expect(results.allSatisfy { $0.body == results[0].body })
            let summary = results[0].body?["last_summary"]?.stringValue ?? ""
            let topic = results[0].body?["last_topics"]?.arrayValue?.first?.stringValue ?? ""
            #expect(summary.last == topic.last, "\(summary) with \(topic)")
        }
    }

    @Test("steps of a counter add up within its range, whoever makes them and in whatever order while none is cut")
    func counters() throws {
        var random = SeededGenerator(seed: 12)
        let table = try table("conversation_state")
        for _ in 0..<Self.rounds {
            let steps = (0..<4).map { _ in Double(Int.random(in: -10...10, using: &random)) / 10 }
            let operations = steps.map { step in
                ("a", RowOperation("inc", values: ["trust_score": .double(step)], hlc: HybridTime(rawValue: 1)))
            }
            let middle = MergedRow(body: ["trust_score": 5.0], sequence: 1)
            let sum = try #require(applying(operations, to: middle, table).body?["trust_score"]?.doubleValue)
            #expect(abs(sum - (5 + steps.reduce(0, +))) < 1e-6)
            let reversed = applying(operations.reversed(), to: middle, table)
            #expect(abs((reversed.body?["trust_score"]?.doubleValue ?? -1) - sum) < 1e-6)
            let extreme = MergedRow(body: ["trust_score": .double(Double(Int.random(in: 0...10, using: &random)))], sequence: 1)
            let big = RowOperation(
                "inc", values: ["trust_score": .double(Double.random(in: -30...30, using: &random))], hlc: HybridTime(rawValue: 1)
            )
            let clamped = applying([("a", big)], to: extreme, table).body?["trust_score"]?.doubleValue ?? -1
            #expect((0...10).contains(clamped))
        }
    }

    @Test("sets only grow, hold each element once, and do not depend on the order as sets")
    func sets() throws {
        var random = SeededGenerator(seed: 13)
        let table = try table("conversation_state")
        for _ in 0..<2000 {
            let additions = (0..<3).map { _ in
                RowOperation(
                    "add",
                    values: ["stage_history": .array((0..<2).map { _ in .int(Int64.random(in: 0...4, using: &random)) })],
                    hlc: HybridTime(rawValue: 1))
            }
            let start = MergedRow(body: ["stage_history": [9]], sequence: 1)
            func result(_ order: [Int]) -> [JSONValue] {
                applying(order.map { ("a", additions[$0]) }, to: start, table).body?["stage_history"]?.arrayValue ?? []
            }
            let one = result([0, 1, 2])
            #expect(
                Set(one).count == one.count
                    || additions.contains { ($0.values["stage_history"]?.arrayValue).map { Set($0).count < $0.count } ?? false })
            #expect(Set(one) == Set(result([2, 0, 1])))
            #expect(one.first == 9)
        }
    }

    @Test("a writer that had seen the newest version wins with any clock; the last writer wins over itself")
    func order() throws {
        let table = try table("memory")
        let standing = MergedRow(
            body: ["value": "dog"], sequence: 7, clock: WriteClock(hlc: HybridTime(rawValue: 1_000), node: "b"))
        func value(_ device: String, base: Int64?, hlc: Int64) -> JSONValue? {
            let operation = RowOperation("put", values: ["value": "cat"], base: base, hlc: HybridTime(rawValue: hlc))
            return applying([(device, operation)], to: standing, table).body?["value"]
        }
        #expect(value("a", base: 7, hlc: 1) == "cat")
        #expect(value("a", base: 6, hlc: 1) == "dog")
        #expect(value("b", base: nil, hlc: 1) == "cat")
        #expect(value("a", base: nil, hlc: 1_001) == "cat")
        #expect(value("a", base: nil, hlc: 1_000) == "dog")
        #expect(value("c", base: nil, hlc: 1_000) == "cat")
    }

    @Test("cause comes before effect in the clocks although the device's clock is slow")
    func causality() throws {
        let table = try table("memory")
        let standing = MergedRow(
            body: ["value": "dog"], sequence: 7, clock: WriteClock(hlc: HybridTime(rawValue: 1_000), node: "b"))
        let seen = RowOperation("put", values: ["value": "cat"], base: 7, hlc: HybridTime(rawValue: 5))
        #expect(applying([("a", seen)], to: standing, table).clock?.hlc == HybridTime(rawValue: 1_001))
    }

    @Test("a deletion yields to what it had not seen, and a deleted row comes back only by a whole, later write")
    func deletions() throws {
        let table = try table("memory")
        let live = MergedRow(
            body: ["value": "dog"], sequence: 7, clock: WriteClock(hlc: HybridTime(rawValue: 1_000), node: "b"))
        #expect(applying([("a", RowOperation("del", base: 6, hlc: HybridTime(rawValue: 10)))], to: live, table).body != nil)
        let gone = applying([("a", RowOperation("del", base: 7, hlc: HybridTime(rawValue: 10)))], to: live, table)
        #expect(gone.body == nil)
        func back(_ operation: String, _ hlc: Int64) -> JSONValue? {
            let write = RowOperation(operation, values: ["value": "cat"], base: 7 - 1, hlc: HybridTime(rawValue: hlc))
            return applying([("c", write)], to: gone, table).body?["value"]
        }
        #expect(back("patch", 5_000) == nil)
        #expect(back("put", 900) == nil)
        #expect(back("put", 5_000) == "cat")
    }

    @Test("a message is written once, and its deletion stands for ever")
    func messages() throws {
        let table = try table("messages")
        let insert = RowOperation("ins", values: ["text": "first"], hlc: HybridTime(rawValue: 5))
        let again = RowOperation("ins", values: ["text": "second"], hlc: HybridTime(rawValue: 9))
        #expect(applying([("a", insert), ("b", again)], to: MergedRow(), table).body?["text"] == "first")
        let gone = MergedRow(body: nil, sequence: 4, clock: WriteClock(hlc: HybridTime(rawValue: 1), node: "a"))
        #expect(applying([("a", again)], to: gone, table).body == nil)
        let late = MergedRow(
            body: ["text": "first"], sequence: 4, clock: WriteClock(hlc: HybridTime(rawValue: 99), node: "b"))
        #expect(applying([("a", RowOperation("del", hlc: HybridTime(rawValue: 1)))], to: late, table).body == nil)
        // Also when the deletion is there first.
        let deletion = RowOperation("del", hlc: HybridTime(rawValue: 1))
        #expect(applying([("a", deletion), ("b", again)], to: MergedRow(), table).body == nil)
    }

    @Test("the first meeting is over once and for all")
    func latch() throws {
        let table = try table("profiles")
        let met = MergedRow(
            body: ["is_first_login": false], sequence: 4, clock: WriteClock(hlc: HybridTime(rawValue: 1), node: "a"))
        let write = RowOperation("put", values: ["is_first_login": true], base: 4, hlc: HybridTime(rawValue: 9))
        #expect(applying([("b", write)], to: met, table).body?["is_first_login"] == false)
    }
}
