/// Folds a row's unsent changes together: twenty edits are one change, and a row that came and went is none. Increments stay
/// what they are: each counts once by its origin, which a sum of them would not have.
///
/// Changes that were made on the same version of the server's row become one, dated like the last of them. An older change
/// made on another version stays apart and only loses what a later one overwrites: it must stand or fall on its own. So does
/// what was sent once and has to be sent again: others may have written in between.
struct Coalescer {
    struct Change: Hashable {
        let localID: Int64
        var operation: String
        var values: [String: JSONValue]
        let base: Int64?
        /// Of a row's beginning, kept when later changes are folded into it.
        var origin: String
    }

    let table: SyncedTable
    /// The server has the row, or has been told of it.
    let isKnownToServer: Bool

    /// The changes that remain, by rising local id; those not among them are superfluous.
    func fold(_ changes: [Change]) -> [Change] {
        var result: [Change] = []
        // Only a row that began among these changes can go without a word: what else would be deleted?
        var isKnown = isKnownToServer
        for change in changes {
            switch change.operation {
            case "del":
                isKnown = isKnown || !result.contains { ["put", "ins"].contains($0.operation) }
                result = isKnown ? [change] : []
            case "ins": result.append(change)
            case "put": foldPut(change, &result)
            case "inc": takeCounters(change, &result)
            case "add": foldSets(change, &result)
            default: foldPatch(change, &result)
            }
        }
        return result.filter { $0.operation == "del" || $0.operation == "put" || !$0.values.isEmpty }
    }

    /// A row that came again after it was deleted here was never gone. One that came again without that had been deleted elsewhere
    /// meanwhile: what was meant for it is not what the new one is without, so it stands or falls by itself.
    private func foldPut(_ change: Change, _ result: inout [Change]) {
        result.removeAll { $0.operation == "del" }
        result.append(change)
    }

    private func foldPatch(_ change: Change, _ result: inout [Change]) {
        var change = change
        let overwritten = overwritten(by: change)
        for index in result.indices.reversed() where ["put", "patch"].contains(result[index].operation) {
            let earlier = result[index]
            if earlier.base == change.base, !(earlier.operation == "put" && table.isParent) {
                change.values.merge(earlier.values) { later, _ in later }
                if earlier.operation == "put" { change.origin = earlier.origin }
                change.operation = earlier.operation
                result.remove(at: index)
            } else if earlier.operation == "patch" {
                result[index].values = earlier.values.filter { !overwritten.contains($0.key) }
            }
        }
        result.removeAll { $0.operation == "patch" && $0.values.isEmpty }
        if !change.values.isEmpty { result.append(change) }
    }

    /// A group is written as a whole.
    private func overwritten(by change: Change) -> Set<String> {
        let names = Set(change.values.keys)
        return names.isDisjoint(with: table.group) ? names : names.union(table.group)
    }

    private func takeCounters(_ change: Change, _ result: inout [Change]) {
        var change = change
        change.values = change.values.filter { ($0.value.doubleValue ?? 0) != 0 }
        if !change.values.isEmpty { result.append(change) }
    }

    private func foldSets(_ change: Change, _ result: inout [Change]) {
        var change = change
        for earlier in result.reversed() where earlier.operation == "add" {
            change.values.merge(earlier.values) { later, earlier in
                let first = earlier.arrayValue ?? []
                return .array(first + (later.arrayValue ?? []).filter { !first.contains($0) })
            }
        }
        result.removeAll { $0.operation == "add" }
        if !change.values.isEmpty { result.append(change) }
    }
}
