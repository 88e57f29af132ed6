import GRDB
import LocalStore
import SyncModel

/// What must hold when everything has come to rest.
struct FinalCheck {
    let world: World

    func run() throws {
        for person in 0..<world.plan.people {
            let account = world.server.accounts[World.account(of: person)] ?? ModelAccount.none
            try checkServer(account)
            let seats = world.seats.filter { $0.person == person }
            for seat in seats {
                try seat.file.read { _, db in
                    try MirrorCheck.shadow(db, of: seat.index, against: account)
                    try MirrorCheck.visible(db, of: seat.index, open: seat.watch.entries.filter { $0.state < 3 })
                    try MirrorCheck.privacy(db, of: seat.index, person: person, people: world.plan.people)
                }
            }
            try checkForgetting(account, person)
            guard !world.serverHasForgotten else { continue }
            try checkMessages(account, seats)
            for seat in seats where !seat.diary.isUncertain {
                try checkNothingLost(account, seat)
                try checkPrivateMemories(account, seat)
            }
            try checkCounter(account, seats)
        }
    }

    /// I19: nothing that was written before a person had everything deleted is there again.
    private func checkForgetting(_ account: ModelAccount, _ person: Int) throws {
        guard let forgetting = world.forgetting[person] else { return }
        func isForgotten(_ text: String) -> Bool {
            guard let place = LocalWriter.place(of: text) else { return false }
            return place.ordinal <= forgetting.last && forgetting.seats.contains(place.seat)
        }
        for (row, body) in account.rows.sorted(by: { $0.key < $1.key }) {
            for text in body.values.compactMap(\.stringValue) where isForgotten(text) {
                throw RunReport.Violation(
                    "I19", "'\(text)', written before everything was deleted, is in \(row.table) \(row.key)")
            }
        }
        if let text = account.texts.filter(isForgotten).min() {
            throw RunReport.Violation("I19", "'\(text)' was taken in after everything was deleted")
        }
    }

    private func checkServer(_ account: ModelAccount) throws {
        let (integrity, live) = account.recount()
        guard integrity == account.integrity, live == account.live else {
            throw RunReport.Violation("I2", "the server's own integrity value is off")
        }
        let sequences = account.versions.values.map(\.sequence)
        guard Set(sequences).count == sequences.count, sequences.max() ?? 0 <= account.sequence else {
            throw RunReport.Violation("I14", "sequence numbers are not in order")
        }
        var seen: Set<String> = []
        for effect in account.effects where !seen.insert("\(effect.device) \(effect.number)").inserted {
            throw RunReport.Violation("I3", "operation \(effect.number) of \(effect.device) took effect twice")
        }
    }

    /// I13: what was said is there, once, unless it was deleted.
    private func checkMessages(_ account: ModelAccount, _ seats: [Seat]) throws {
        let present = Set(account.rows.keys.filter { $0.table == "messages" }.map { $0.key[0] })
        let known = seats.reduce(into: Set<String>()) { $0.formUnion($1.diary.messages) }
        let deleted = seats.filter { !$0.diary.isUncertain }.reduce(into: Set<String>()) {
            $0.formUnion($1.diary.deletedMessages)
        }
        let deletedByAnyone = seats.reduce(into: world.deletedMessages) { $0.formUnion($1.diary.deletedMessages) }
        for seat in seats where !seat.diary.isUncertain {
            if let lost = seat.diary.messages.subtracting(present).subtracting(deletedByAnyone).min() {
                throw RunReport.Violation("I13", "message \(lost) of seat \(seat.index) is gone")
            }
        }
        // What a restored server lacks comes from the journals again, deletions too; those must not be forgotten meanwhile.
        let mayComeBack = world.serverWasRestored && world.deletionsWentEarly
        if !mayComeBack, let back = deleted.intersection(present).min() {
            throw RunReport.Violation("I13", "message \(back) was deleted and is back")
        }
        let uncertain = seats.contains { $0.diary.isUncertain }
        if !uncertain, let extra = present.subtracting(known).min() {
            throw RunReport.Violation("I13", "message \(extra) is from nowhere")
        }
    }

    /// I4: every text a person wrote last in its place came to the server, stood there or is kept beside what stands, or waits
    /// in this device's quarantine.
    private func checkNothingLost(_ account: ModelAccount, _ seat: Seat) throws {
        var newest: [String: (localID: Int64, text: String)] = [:]
        for (localID, change) in seat.diary.changes.sorted(by: { $0.key < $1.key }) {
            if change.operation == "del" {
                newest = newest.filter { !$0.key.hasPrefix("\(change.table) \(change.rowKey) ") }
                continue
            }
            for (column, value) in change.patch {
                guard let text = value.stringValue, text.contains(LocalWriter.mark(person: seat.person)) else { continue }
                newest["\(change.table) \(change.rowKey) \(column)"] = (localID, text)
            }
        }
        let quarantined = try seat.watch.entries.filter { $0.state == 9 }.compactMap(\.patch).flatMap {
            try JSONValue(parsing: $0).objectValue?.values.compactMap(\.stringValue) ?? []
        }
        if let gone = seat.diary.refused.first(where: { !quarantined.contains($0) }) {
            throw RunReport.Violation("I18", "'\(gone)' of seat \(seat.index) was refused and is not kept here")
        }
        // What did not stand is kept on the device, also when the server that said so was set back.
        let conflicts = try keptConflicts(seat)
        // The journal has what will be sent again once a push tells that the server lacks it.
        let journal =
            world.serverWasRestoredQuietly
            ? try seat.watch.entries.filter { $0.state == 3 }.compactMap(\.patch).flatMap {
                try JSONValue(parsing: $0).objectValue?.values.compactMap(\.stringValue) ?? []
            } : []
        for (place, entry) in newest.sorted(by: { $0.key < $1.key }) where !account.texts.contains(entry.text) {
            guard ![quarantined, journal].contains(where: { $0.contains(entry.text) }), !conflicts.contains(entry.text) else {
                continue
            }
            throw RunReport.Violation("I4", "'\(entry.text)' of seat \(seat.index) in \(place) is nowhere")
        }
    }

    private func keptConflicts(_ seat: Seat) throws -> Set<String> {
        let conflicts = try seat.file.read { view, _ in try view.conflicts(includingUndone: true) }
        return Set(conflicts.flatMap { $0.lost.values.compactMap(\.stringValue) })
    }

    /// Nobody else writes these: the last word of this seat stands.
    private func checkPrivateMemories(_ account: ModelAccount, _ seat: Seat) throws {
        for (key, value) in seat.diary.privateMemories.sorted(by: { $0.key < $1.key }) {
            let stored = account.rows[ModelRowID(table: "memory", key: ["FACT", key])]?["value"]
            guard stored?.stringValue == value else {
                throw RunReport.Violation(
                    "I4", "seat \(seat.index) wrote \(value ?? "nothing") to \(key); the server has \(stored?.text ?? "nothing")")
            }
        }
    }

    /// I11: the counter moved by what people did, once each, whatever became of the files in which it was written down.
    private func checkCounter(_ account: ModelAccount, _ seats: [Seat]) throws {
        var counted: Set<String> = []
        for effect in account.effects where effect.kind == "inc" {
            guard let origin = effect.origin?.filter({ $0 != "-" }) else {
                throw RunReport.Violation(
                    "I11", "increment \(effect.number) of \(effect.device) does not say where it comes from")
            }
            guard counted.insert(origin).inserted else {
                throw RunReport.Violation("I11", "the increment \(origin) counts twice")
            }
        }
        for seat in seats where !seat.diary.isUncertain {
            if let lost = seat.diary.incrementsByOrigin.keys.filter({ !counted.contains($0) }).min() {
                throw RunReport.Violation("I11", "the increment \(lost) of seat \(seat.index) does not count")
            }
        }
        guard !seats.contains(where: \.diary.isUncertain) else { return }
        let meant = seats.reduce(0) { $0 + $1.diary.increments }
        let taken = account.effects.filter { $0.kind == "inc" }.reduce(0) { $0 + ($1.values["trust_score"]?.doubleValue ?? 0) }
        guard abs(meant - taken) < 0.0005 else {
            throw RunReport.Violation("I11", "people moved the counter by \(meant), the server by \(taken)")
        }
    }
}
