import Foundation
import LocalStore
import SyncEngine
import TestSupport

/// One person with a project of their own, two or three devices, the cloud companion, and a network that fails.
struct LiveWorld {
    let project: CloudProject
    let user: CloudUser
    let devices: [LiveDevice]
    let network: LiveNetwork
    let companion: ChildProcess
    /// What everybody has from the start: a state with this trust, and a reminder whose fields belong to one device each.
    static let trust = 5.0
    let reminder: String

    /// With an odd seed the person's rows are on the server before any device knows of them, with an even one the first device
    /// brings them there.
    ///
    /// - Parameter replacements: texts to replace in the migrations, to plant a bug.
    init(seed: UInt64, replacing replacements: [(String, String)] = []) async throws {
        project = try await CloudStack.shared().project(schema: replacements.isEmpty ? .ready : .bare)
        if !replacements.isEmpty { try await project.migrate(replacing: replacements) }
        user = try await project.user()
        let network = LiveNetwork(project: project, user: user, seed: seed)
        self.network = network
        var devices: [LiveDevice] = []
        for number in 0..<(seed.isMultiple(of: 2) ? 3 : 2) {
            let device = try await CloudDevice(project, user, tuning: Self.tuning)
            devices.append(LiveDevice(device, number: number, seed: seed, network: network))
        }
        self.devices = devices
        if seed.isMultiple(of: 2) {
            reminder = try await devices[0].begin(trust: Self.trust)
        } else {
            reminder = try await Self.begin(project, user)
        }
        let setup: JSONValue = [
            "url": .string(project.url), "service_key": .string(project.serviceKey), "user": .string(user.id),
            "seed": .int(Int64(seed)),
        ]
        companion = try ChildProcess(
            CloudStack.python, ["-m", "convergence.live", setup.text],
            environment: ["PYTHONPATH": CloudStack.root.appending(path: "Tests/Support/Peers").path])
        _ = await companion.outputLines(atLeast: 1)
    }

    /// Everything that waits is so short that a run is over in seconds.
    private static var tuning: SyncTuning {
        var tuning = SyncTuning()
        tuning.debounce = 5
        tuning.poll = 40
        tuning.leastWait = 2
        tuning.longestWait = 30
        tuning.busyWait = 1...20
        tuning.pageLimit = 40
        tuning.mostOperations = 20
        return tuning
    }

    private static func begin(_ project: CloudProject, _ user: CloudUser) async throws -> String {
        let (owner, id) = (JSONValue.string(user.id), newID())
        try await project.sql("insert into public.profiles (id, user_id, email) values (%s, %s, %s)", [owner, owner, owner])
        try await project.sql("insert into public.conversation_state (user_id, trust_score) values (%s, 5.0)", [owner])
        try await project.sql(
            """
            insert into public.reminders (id, user_id, kind, text, due_at, time_zone)
            values (%s, %s, 'reminder', '', '2027-01-01T08:00:00Z', 'UTC')
            """, [.string(id), owner])
        return id
    }

    /// Everybody does what they do, `steps` things each, all at once.
    func live(steps: Int) async throws {
        try await withThrowingTaskGroup { group in
            for device in devices {
                group.addTask { [companion, reminder] in
                    for step in 0..<steps {
                        try await device.step(step, reminder: reminder)
                        // The companion is at work now and then; it need not be waited for.
                        if step % 6 == device.number { companion.write("2\n") }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// Brings everybody online and lets them exchange until nobody has anything new; gives what stood in the way.
    func settle() async throws -> [String] {
        try await network.heal()
        companion.closeInput()
        let ended = await companion.ended()
        guard ended.status == 0 else { return ["the companion failed: \(ended.errors)"] }
        for device in devices { await device.stop() }
        for _ in 0..<10 {
            var isQuiet = true
            for device in devices {
                let summary = try await device.engine.syncOnce()
                guard summary.halt == .upToDate else { return ["device \(device.number) stops with: \(summary.halt)"] }
                if summary.sent > 0 || summary.received > 0 { isQuiet = false }
            }
            if isQuiet { return [] }
        }
        return ["after ten rounds there is still something to exchange"]
    }

    struct Happened: Sendable {
        let sent: Int64
        let faults: Int64
        let outages: Int
        let companion: Int64
        let conflicts: Int
    }

    func happened() async throws -> Happened {
        var (sent, conflicts) = (Int64(0), 0)
        for device in devices {
            let tables = try await device.store.read { try $0.syncTables() }
            sent += tables.position.nextNumber - 1
            conflicts += tables.conflicts
        }
        return Happened(
            sent: sent, faults: try await project.faultsStruck(), outages: await network.outages,
            companion: try companionSaid()["counts"]?["companion ok"]?.intValue ?? 0,
            conflicts: conflicts)
    }

    /// What the companion did, once it has ended.
    func companionSaid() throws -> JSONValue {
        try JSONValue(parsing: companion.outputSoFar.split(separator: "\n").last.map(String.init) ?? "")
    }

    func remove() async throws {
        for device in devices { try device.store.close() }
        try await project.remove()
    }
}
