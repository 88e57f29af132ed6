import TestSupport

/// Draws the actions of a plan.
struct PlanMaker {
    let troubles: Set<Trouble>
    let seats: [Plan.Seat]
    let people: Int
    let devices: Int
    var random: SeededGenerator

    mutating func actions() -> [PlannedAction] {
        var result: [PlannedAction] = []
        for _ in 0..<Int.random(in: 8...24, using: &random) {
            result.append(PlannedAction(at: moment(), action: .write(seat: pick(seats.count), localWrite())))
        }
        if has(.cloudWriter) {
            for _ in 0..<pick(10) {
                result.append(PlannedAction(at: moment(), action: .cloud(person: pick(people), cloudWrite())))
            }
        }
        result += accidents()
        return result.sorted { $0.at < $1.at }
    }

    private mutating func accidents() -> [PlannedAction] {
        var result: [PlannedAction] = []
        func add(_ trouble: Trouble, _ chance: Int, _ make: (inout Self) -> [(Int64, Action)]) {
            guard has(trouble), pick(chance) == 0 else { return }
            result += make(&self).map { PlannedAction(at: $0.0, action: $0.1) }
        }
        for _ in 0..<2 {
            add(.crashes, 1) { [($0.moment(), .crash(seat: $0.pick($0.seats.count), forMilliseconds: $0.span(20_000)))] }
            add(.partitions, 1) { [($0.moment(), .partition(device: $0.pick($0.devices), forMilliseconds: $0.span(60_000)))] }
            add(.clockJumps, 1) { [($0.moment(), .jumpClock(device: $0.pick($0.devices), byMilliseconds: $0.jump()))] }
        }
        add(.oldCopies, 2) { maker in
            let (early, late) = maker.pair()
            let seat = maker.pick(maker.seats.count)
            return [(early, .copyFile(seat: seat)), (late, .setBack(seat: seat))]
        }
        add(.clones, 3) { maker in
            let (early, late) = maker.pair()
            let seat = maker.pick(maker.seats.count)
            return [(early, .copyFile(seat: seat)), (late, .clone(seat: seat))]
        }
        add(.reboots, 2) {
            [($0.moment(), .reboot(device: $0.pick($0.devices), clockMilliseconds: -$0.span(40 * 31_536_000_000)))]
        }
        add(.serverRestores, 3) { $0.restore(quietly: false) }
        add(.quietServerRestores, 3) { $0.restore(quietly: true) }
        add(.truncation, 4) { [($0.moment(), .truncate(table: ["memory", "messages", "reminders"][$0.pick(3)]))] }
        add(.collection, 2) { [($0.moment(), .collectTombstones(afterMilliseconds: $0.span(60_000)))] }
        add(.unseenDeletions, 3) { maker in
            let (early, late) = maker.pair()
            let person = maker.pick(maker.people)
            return [(early, .deleteUnseen(person: person, choice: maker.pick(100))), (late, .reconcile(person: person))]
        }
        add(.newerServer, 3) { [($0.moment(), .refuseProtocol(forMilliseconds: $0.span(60_000)))] }
        add(.olderServer, 3) { [($0.moment(), .unmigrate(forMilliseconds: $0.span(60_000)))] }
        add(.newerTables, 2) { [($0.moment(), .writeNewer(person: $0.pick($0.people), choice: $0.pick(100)))] }
        return result
    }

    private mutating func localWrite() -> LocalWrite {
        let shared = has(.sharedKeys) && pick(2) == 0
        switch pick(24) {
        case 0...6: return .remember(key: pick(4), isShared: shared)
        case 7, 8: return has(.deletions) ? .forget(key: pick(4), isShared: shared) : .remember(key: pick(4), isShared: shared)
        case 9...11: return .say
        case 12: return has(.deletions) ? .deleteMessage(choice: pick(100)) : .say
        case 13, 14: return .trust(tenths: [-3, -1, 1, 2, 4][pick(5)])
        case 15: return .stage
        case 16: return pick(3) == 0 ? .partOfSummary : .summary
        case 17: return .profile
        case 18: return .onboarding(field: pick(4))
        case 19: return .remind
        case 20: return has(.deletions) && pick(2) == 0 ? .deleteReminder(choice: pick(100)) : .changeReminder(choice: pick(100))
        case 21: return .rolledBack(key: pick(4))
        case 22: return has(.poison) ? .poison : .summary
        default: return has(.refusals) ? .refused : .say
        }
    }

    private mutating func cloudWrite() -> CloudWrite {
        switch pick(10) {
        case 0...3: .upsertMemory(key: pick(4), isShared: has(.sharedKeys))
        case 4: has(.cloudDeletions) ? .deleteMemory(key: pick(4)) : .upsertMemory(key: pick(4), isShared: false)
        case 5: .summary
        case 6: .stage
        case 7: .metadata
        case 8: .profile
        default: .onboarding(field: pick(4))
        }
    }

    private mutating func restore(quietly: Bool) -> [(Int64, Action)] {
        let (early, late) = pair()
        return [(early, .copyServer), (late, .restoreServer(quietly: quietly))]
    }

    private func has(_ trouble: Trouble) -> Bool { troubles.contains(trouble) }

    private mutating func pick(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }

    private mutating func moment() -> Int64 { Int64.random(in: 0..<Plan.chaosMilliseconds, using: &random) }

    private mutating func pair() -> (Int64, Int64) {
        let (one, other) = (moment(), moment())
        return (min(one, other), max(one, other) + 1)
    }

    private mutating func span(_ longest: Int64) -> Int64 { Int64.random(in: 1...longest, using: &random) }

    /// Up to a minute mostly, sometimes a year, either way.
    private mutating func jump() -> Int64 {
        let size = pick(3) == 0 ? 365 * 86_400_000 : span(90_000)
        return pick(2) == 0 ? size : -size
    }
}
