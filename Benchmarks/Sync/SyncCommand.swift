import ArgumentParser
import Foundation
import LocalStore
import SyncEngine
import TestSupport

/// What reconciling costs, by the real engine against a real PostgreSQL behind the tests' gateway on this machine.
struct SyncCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sync", abstract: "Pushing, pulling and idling, compared with the Python client and psql.")

    @Option(help: "Rows to push and to pull.")
    var rows = 10_000

    @Option(help: "How often everything that is compared is done; the medians count.")
    var rounds = 3

    @Option(help: "Rows the Python client upserts each time; the time for all rows is computed from them.")
    var sample = 400

    @Option(help: "Rows of the large device whose idle sync is compared with an empty one's; 0 leaves that out.")
    var large = 100_000

    func run() async throws {
        let rig = try await SyncRig()
        try await throughput(rig)
        try await localWrites(rig)
        try await idle(rig)
        try await rig.project.remove()
    }

    // MARK: Many rows

    private func throughput(_ rig: SyncRig) async throws {
        var (pushes, pulls, client): ([Double], [Double], [Double]) = ([], [], [])
        var (waitedToPush, waitedToPull): ([Double], [Double]) = ([], [])
        var floors: [SyncRig.Floor: [Double]] = [:]
        var (up, down) = (CloudTraffic.Count.zero, CloudTraffic.Count.zero)
        for _ in 0..<rounds {
            let user = try await rig.project.user()
            let (writer, pushTimer) = try await rig.timedDevice(user)
            try await SyncRig.fill(writer.store, with: rows)
            try await rig.project.resetTraffic()
            pushes.append(try await SyncRig.sync(writer))
            waitedToPush.append(pushTimer.seconds)
            up = try await rig.project.traffic().total
            let (reader, pullTimer) = try await rig.timedDevice(user)
            try await rig.project.resetTraffic()
            pulls.append(try await SyncRig.sync(reader))
            waitedToPull.append(pullTimer.seconds)
            down = try await rig.project.traffic().total
            let fetched = try await reader.store.read { try $0.memories().count }
            guard fetched == rows else { throw ValidationError("\(fetched) rows arrived, not \(rows).") }
            client.append(try await rig.pythonClient(rows: sample) * Double(rows))
            for floor in SyncRig.Floor.allCases { floors[floor, default: []].append(try await rig.psql(floor, rows: rows)) }
            try writer.store.close()
            try reader.store.close()
        }
        let (push, pull, slow) = (Distribution(pushes).median, Distribution(pulls).median, Distribution(client).median)
        print("\(rows) rows, medians of \(rounds)")
        print("push: \(format(push)) s, of which \(format(Distribution(waitedToPush).median)) s for answers; \(bytes(up))")
        print("pull: \(format(pull)) s, of which \(format(Distribution(waitedToPull).median)) s for answers; \(bytes(down))")
        print(
            "Python client, a request a row, from \(sample) rows: \(format(slow)) s; push \(ratio(slow, push)), pull \(ratio(slow, pull))"
        )
        for floor in SyncRig.Floor.allCases {
            let time = Distribution(floors[floor] ?? []).median
            print("\(floor.rawValue): \(format(time)) s; push takes \(ratio(push, time)), pull \(ratio(pull, time))")
        }
    }

    private func bytes(_ count: CloudTraffic.Count) -> String {
        "\(count.requests) requests, bytes a row: \(count.bytesIn / Int64(rows)) up, \(count.bytesOut / Int64(rows)) down"
    }

    // MARK: Writing meanwhile

    /// A memory every ten milliseconds or so, as nobody talks: alone, then while everything is fetched, then while all of it is sent.
    private func localWrites(_ rig: SyncRig) async throws {
        var times: [String: [Double]] = [:]
        let user = try await rig.project.user()
        let first = try await CloudDevice(rig.project, user)
        try await SyncRig.fill(first.store, with: rows)
        times["alone, before a push", default: []] += try await writes(first, "alone", while: nil)
        times["while pushing", default: []] += try await writes(first, "pushing") { try await SyncRig.sync(first) }
        let second = try await CloudDevice(rig.project, user)
        times["while pulling", default: []] += try await writes(second, "pulling") { try await SyncRig.sync(second) }
        times["alone, after a pull", default: []] += try await writes(second, "after", while: nil)
        print("a local write:")
        for (name, values) in times.sorted(by: { $0.key < $1.key }) { print("  \(name): \(Distribution(values).summary)") }
        try first.store.close()
        try second.store.close()
    }

    /// Times of writes in milliseconds: as many as there is time for while `work` runs, or three hundred.
    private func writes(
        _ device: CloudDevice, _ name: String, while work: (@Sendable () async throws -> Double)?
    ) async throws -> [Double] {
        let task = work.map { work in Task { try await work() } }
        let isOver = Latch()
        let watcher = task.map { task in
            Task {
                _ = await task.result
                isOver.set()
            }
        }
        var times: [Double] = []
        while task == nil ? times.count < 300 : !isOver.isSet {
            let number = times.count
            let began = ContinuousClock.now
            try await device.store.write { try SyncRig.save(number, "\(name)_\(number)", $0) }
            times.append((ContinuousClock.now - began) / .milliseconds(1))
            try await Task.sleep(for: .milliseconds(Int.random(in: 5...15)))
        }
        await watcher?.value
        _ = try await task?.value
        return times
    }

    // MARK: Nothing to do

    private func idle(_ rig: SyncRig) async throws {
        let empty = try await CloudDevice(rig.project, rig.person())
        try await SyncRig.sync(empty)
        try await rig.project.resetTraffic()
        let looks = 20
        for _ in 0..<looks { try await SyncRig.sync(empty) }
        let traffic = try await rig.project.traffic().total
        let count = Int64(looks)
        print(
            "an idle sync: \(Double(traffic.requests) / Double(looks)) requests, \(traffic.bytesIn / count) bytes up, "
                + "\(traffic.bytesOut / count) bytes down, heads included")
        guard large > 0 else { return try empty.store.close() }
        let owner = try await rig.person()
        try await rig.project.sql(
            """
            insert into public.memory (user_id, category, key, value)
            select '\(owner.id)', 'FACT', 'key_' || n, 'a value ' || n from generate_series(1, \(large)) n
            """)
        let full = try await CloudDevice(rig.project, owner)
        print("fetching \(large) rows: \(format(try await SyncRig.sync(full))) s")
        var (alone, among): ([Double], [Double]) = ([], [])
        for _ in 0..<100 {
            alone.append(try await SyncRig.sync(empty) * 1000)
            among.append(try await SyncRig.sync(full) * 1000)
        }
        print("an idle sync with 1 row:         \(Distribution(alone).summary)")
        print("an idle sync with \(large) rows: \(Distribution(among).summary)")
        try empty.store.close()
        try full.store.close()
    }

    private func ratio(_ left: Double, _ right: Double) -> String { String(format: "%.1f×", left / right) }
}

extension CloudTraffic.Count {
    fileprivate static let zero = Self(requests: 0, bytesIn: 0, bytesOut: 0)
}
