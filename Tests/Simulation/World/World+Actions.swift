import LocalStore
import SyncModel
import TestSupport

extension World {
    func perform(_ action: Action) throws {
        switch action {
        case .write(let seat, let write): try withSeat(seat, life: seats[seat].life) { try $0.write(write) }
        case .cloud(let person, let write):
            let account = Self.account(of: person)
            CloudWriter(person: person, ordinal: nextWrite()).perform(write, on: &server, account: account)
            if let body = server.accounts[account]?.rows[ModelRowID(table: "conversation_state", key: [])] {
                groups.note(GroupValue(body))
            }
            poke(person: person)
        case .crash(let seat, let span): crash(seat, for: span)
        case .copyFile(let seat):
            fileCopies[seat] = FileCopy(content: try seats[seat].file.content(), diary: seats[seat].diary)
        case .setBack(let seat): try setBack(seat)
        case .clone(let seat): try clone(seat)
        case .jumpClock(let device, let milliseconds): clocks[device].jump(by: milliseconds)
        case .reboot(let device, let offset):
            clocks[device].reboot(at: elapsed, offset: offset)
            for seat in seats where seat.device == device { crash(seat.index, for: 5000) }
        case .partition(let device, let span): partition(device, for: span)
        case .copyServer: serverCopy = server
        case .restoreServer(let quietly): restoreServer(quietly: quietly)
        case .truncate(let table):
            serverHasForgotten = true
            server.truncate(table)
        case .collectTombstones(let age):
            server.collectTombstones(olderThan: age)
            deletionsWentEarly = true
        case .deleteUnseen(let person, let choice): deleteUnseen(person, choice)
        case .reconcile(let person): _ = server.reconcile(user: Self.account(of: person))
        case .forgetMe(let person): try forgetMe(person)
        case .refuseProtocol(let span):
            protocolRefusedUntil = elapsed + span
            server.protocols = 2...2
        case .unmigrate(let span): unmigratedUntil = elapsed + span
        case .writeNewer(let person, let choice): writeNewer(person, choice)
        }
    }

    /// The system notices the network's going and coming, or it does not.
    private func partition(_ device: Int, for span: Int64) {
        partitions[device] = elapsed + span
        if Bool.random(using: &random) { queue.add(.network(device: device, isOnline: false), at: elapsed + 500) }
        if Bool.random(using: &random) { queue.add(.network(device: device, isOnline: true), at: elapsed + span + 500) }
    }

    private func setBack(_ index: Int) throws {
        guard let copy = fileCopies[index] else { return }
        let seat = seats[index]
        deletedMessages.formUnion(seat.diary.deletedMessages)
        seat.file = try newFile(
            copy.content, userID: seat.file.userID, wallTime: seat.sources.wallTime, seed: random.next())
        seat.diary = copy.diary
        seat.diary.isUncertain = true
        seat.forgetWatched()
        crash(index, for: 1000)
    }

    private func clone(_ index: Int) throws {
        guard let copy = fileCopies[index], seats.count < 8 else { return }
        seats[index].diary.isUncertain = true
        clocks.append(VirtualClock(.init(offset: 0, drift: 0)))
        try addSeat(device: clocks.count - 1, person: seats[index].person, copy: (of: index, copy))
        seats[seats.count - 1].diary.isUncertain = true
        queue.add(.start(seat: seats.count - 1, life: 0), at: elapsed + 100)
    }

    private func restoreServer(quietly: Bool) {
        guard let copy = serverCopy else { return }
        // A backup of before does not know that anything was deleted since.
        forgetting = forgetting.filter { person, _ in
            let account = Self.account(of: person)
            return copy.accounts[account]?.forgotten == server.accounts[account]?.forgotten
        }
        server.restore(copy)
        // A restore cuts every connection: what was on its way is gone.
        restoredAt = elapsed
        serverWasRestored = true
        serverWasRestoredQuietly = serverWasRestoredQuietly || quietly
        guard !quietly else { return }
        for account in server.accounts.keys.sorted() { server.renewEpoch(user: account) }
    }

    /// What was written until a moment ago must not come back, if clocks can tell.
    private func forgetMe(_ person: Int) throws {
        let account = Self.account(of: person)
        _ = try server.call("sync_forget_me", ["p_confirm": "delete everything"], user: account)
        serverHasForgotten = true
        groups.hasForgotten = true
        poke(person: person)
        // An old file may never have been in step.
        guard plan.troubles.isDisjoint(with: Trouble.ofClocks.union([.oldCopies, .clones])),
            let last = writeTimes.lastIndex(where: { $0 < elapsed - 2000 })
        else { return }
        let inStep = try seats.filter { seat in
            try seat.person == person && seat.file.read { view, _ in try view.syncTables().lastCheckpoint != nil }
        }
        forgetting[person] = (last + 1, Set(inStep.map(\.index)))
    }

    private func deleteUnseen(_ person: Int, _ choice: Int) {
        let account = Self.account(of: person)
        let rows = (server.accounts[account]?.rows.keys.filter { $0.table == "memory" } ?? []).sorted()
        guard !rows.isEmpty else { return }
        serverHasForgotten = true
        server.removeUnseen(rows[choice % rows.count], user: account)
    }

    private func writeNewer(_ person: Int, _ choice: Int) {
        server.schema.addNewerParts()
        let row =
            choice % 2 == 0
            ? ModelRowID(table: "moods", key: ["m\(choice)"]) : ModelRowID(table: "memory", key: ["FACT", "shared1"])
        let values: [String: JSONValue] =
            choice % 2 == 0 ? ["mood": "calm"] : ["value": "strong", "strength": .int(Int64(choice))]
        server.write(row, values, user: Self.account(of: person))
    }
}
