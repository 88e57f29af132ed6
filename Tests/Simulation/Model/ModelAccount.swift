import LocalStore

/// One person's part of the server: their rows, the newest version of each, and what is kept beside them.
package struct ModelAccount: Sendable {
    package internal(set) var epoch: String
    package internal(set) var sequence: Int64 = 0
    package internal(set) var hlc: Int64 = 0
    /// Sum of the tags of live rows modulo 2^52.
    package internal(set) var integrity: Int64 = 0
    package internal(set) var live: Int64 = 0
    /// The highest sequence number of a tombstone that is gone.
    package internal(set) var horizon: Int64 = 0
    package internal(set) var rows: [ModelRowID: [String: JSONValue]] = [:]
    package internal(set) var versions: [ModelRowID: ModelVersion] = [:]
    package internal(set) var devices: [String: ModelDevice] = [:]
    package internal(set) var rejections: [ModelRejection] = []
    package internal(set) var conflicts: [ModelConflict] = []
    package internal(set) var effects: [ModelEffect] = []
    /// Every text that ever came in with an operation, whether it stood, lost or was refused.
    package internal(set) var texts: Set<String> = []
    /// Increments that have counted, by where they come from.
    package internal(set) var counted: Set<String> = []
    /// The hybrid time at which the person had everything deleted: what was made before it is not taken. 0: never.
    package internal(set) var forgotten: Int64 = 0
    /// Counter changes in the order they were applied, clamped: what a counter must add up to.
    package internal(set) var counterSteps: [Double] = []

    init(epoch: String) { self.epoch = epoch }

    /// A change of one row that waits for the end of its statement or push to be numbered.
    struct Stamp {
        let row: ModelRowID
        let isDeletion: Bool
        var columns: Set<String>
        let clock: ModelClock
        var heldUntil: Int64?
    }

    /// Numbers changes: the only place where a sequence number is given out. One for each row, in the order of `stamps`.
    mutating func stamp(_ stamps: [Stamp], schema: ModelSchema, now: Int64, random: inout some RandomNumberGenerator) {
        for stamp in stamps {
            sequence += 1
            let tag = Int64(random.next() & UInt64(ModelSchema.tagModulus - 1))
            let old = versions[stamp.row]
            var version = Self.version(after: old, stamp: stamp, sequence: sequence, tag: tag, schema: schema, now: now)
            version.numberFields()
            versions[stamp.row] = version
            if let old, !old.isDeleted {
                integrity -= old.tag
                live -= 1
            }
            if !version.isDeleted {
                integrity += version.tag
                live += 1
            }
            integrity = (integrity % ModelSchema.tagModulus + ModelSchema.tagModulus) % ModelSchema.tagModulus
            hlc = max(hlc, version.clock.hlc)
        }
    }

    /// What a row's version becomes; also used to look ahead inside a push, before the change has its number.
    static func version(
        after old: ModelVersion?, stamp: Stamp, sequence: Int64, tag: Int64, schema: ModelSchema, now: Int64
    ) -> ModelVersion {
        let clock = ModelClock(hlc: max(old?.clock.hlc ?? 0, stamp.clock.hlc), node: stamp.clock.node)
        let isBorn = old?.isDeleted ?? true
        var fields: [String: ModelClock] = [:]
        var fieldSequences: [String: Int64] = [:]
        if let table = schema.tables[stamp.row.table], table.merge == .fields, !stamp.isDeletion {
            if let old, !isBorn { (fields, fieldSequences) = (old.fields, old.fieldSequences) }
            // The fields of a row that begins are all as old as the row.
            let registers = table.columns.keys.filter(table.isRegister)
            let written = isBorn ? Set(registers) : stamp.columns.intersection(registers)
            for name in written.map(table.clockName) {
                fields[name] = stamp.clock
                fieldSequences[name] = nil
            }
        }
        return ModelVersion(
            sequence: sequence, tag: tag, clock: clock, bornAt: isBorn ? stamp.clock.hlc : old?.bornAt ?? stamp.clock.hlc,
            bornBy: isBorn ? stamp.clock.node : old?.bornBy ?? stamp.clock.node,
            soloFrom: old?.clock.node == stamp.clock.node ? old?.soloFrom ?? 0 : old?.sequence ?? 0, isDeleted: stamp.isDeletion,
            fields: fields, fieldSequences: fieldSequences, at: now, heldUntil: stamp.isDeletion ? stamp.heldUntil : nil)
    }

    /// Forgets what is known of the person's rows, and remembers when. The devices' numbers stay.
    mutating func forget(at now: Int64, epoch: String) {
        rows = [:]
        versions = [:]
        conflicts = []
        rejections = []
        texts = []
        counterSteps = []
        for (device, state) in devices {
            devices[device]?.ledger = state.ledger.mapValues { $0.withoutContent }
        }
        (integrity, live, horizon, forgotten) = (0, 0, sequence, now << 16)
        self.epoch = epoch
    }

    /// Whether a live version has no row.
    var hasOrphans: Bool { versions.contains { !$0.value.isDeleted && rows[$0.key] == nil } }

    /// The integrity value and the number of live rows, counted anew.
    package func recount() -> (integrity: Int64, live: Int64) {
        let live = versions.values.filter { !$0.isDeleted }
        return (live.reduce(0) { ($0 + $1.tag) % ModelSchema.tagModulus }, Int64(live.count))
    }
}

extension ModelAccount {
    /// A person of whom the server has nothing.
    package static let none = ModelAccount(epoch: "")
}
