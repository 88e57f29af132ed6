import Foundation
import LocalStore
import Networking
import TestSupport
import Testing

@testable import SyncEngine

/// A connection that breaks somewhere in the middle of a sync: anywhere, in either direction.
@Suite struct CutTests {
    /// Places at which one cycle is cut. All bytes would take a quarter of an hour; these are spread over all of them.
    private static let samples = 90

    @Test("cut at any byte, a sync is completed by the next one: nothing is lost, nothing is doubled", .timeLimit(.minutes(10)))
    func everywhere() async throws {
        let project = try await CloudStack.shared().project()
        let user = try await project.user()
        let proxy = try CutProxy(to: try #require(URL(string: project.url)?.port))
        let device = try await Device(project, user, port: proxy.port)

        // How long a cycle is, with a change on either side.
        try await device.change(round: 0, on: project, of: user)
        proxy.heal()
        #expect(try await device.engine.syncOnce().halt == .upToDate)
        let length = proxy.passed
        #expect(length > 1000)

        for sample in 1...Self.samples {
            try await device.change(round: sample, on: project, of: user)
            proxy.cut(after: length * sample / Self.samples)
            _ = try await device.engine.syncOnce()
            proxy.heal()
            let summary = try await device.engine.syncOnce()
            #expect(summary.halt == .upToDate, "cut after \(length * sample / Self.samples) of \(length) bytes")
            #expect(summary.pending == 0)
        }
        try await device.agrees(with: project, of: user, rounds: Self.samples + 1)
        try await project.remove()
    }
}

private struct Device {
    let folder: TemporaryDirectory
    let store: PersonStore
    let engine: SyncEngine

    init(_ cloud: CloudProject, _ user: CloudUser, port: Int) async throws {
        folder = try TemporaryDirectory()
        let directory = try DataDirectory(root: folder.file("data"))
        let devices = try DeviceStore.open(in: directory)
        let person = UserID.random()
        let project = SupabaseProject(
            address: try #require(URL(string: "http://127.0.0.1:\(port)")), key: try ProjectKey(cloud.anonKey))
        let transport = try CurlTransport()
        let client = AuthClient(project: project, transport: transport)
        try await devices.addPerson(id: person)
        let entry = try await client.signIn(email: user.email, password: user.password)
        try await devices.bind(entry.session, email: nil, project: project.address, to: person)
        store = try PersonStore.open(in: directory, userID: person)
        try await store.write { _ = try $0.bind(account: entry.session.account.text) }
        let keeper = SessionKeeper(
            account: entry.session.account, storage: DeviceSessions(devices: devices, person: person), client: client)
        // A person who waits is told at once; that is what the cut is to be seen by.
        var tuning = SyncTuning()
        tuning.leastWait = 1
        tuning.longestWait = 2
        tuning.attemptsOfSingleRun = 1
        engine = SyncEngine(
            store: store, remote: SupabaseRemote(project: project, keeper: keeper, transport: transport), appVersion: "1.0",
            tuning: tuning)
    }

    /// One thing is said here and one is written there, and trust grows here.
    func change(round: Int, on project: CloudProject, of user: CloudUser) async throws {
        try await store.write { transaction in
            _ = try transaction.saveMemory(
                category: .fact, key: try MemoryKey(validating: "here_\(round)"), value: "سلام \(round)",
                provenance: Provenance(source: .said))
            var state =
                try transaction.view.conversationState()
                ?? ConversationState(newFor: transaction.userID, at: transaction.now)
            state.trustScore += round.isMultiple(of: 2) ? 0.5 : -0.5
            try transaction.saveConversationState(state)
        }
        try await project.sql(
            """
            insert into public.profiles (id, user_id, email) values (%s::uuid, %s::uuid, %s) on conflict do nothing
            """, [.string(user.id), .string(user.id), .string(user.email)])
        try await project.sql(
            "insert into public.memory (user_id, category, key, value) values (%s::uuid, 'FACT', %s, 'there')",
            [.string(user.id), .string("there_\(round)")])
    }

    func agrees(with project: CloudProject, of user: CloudUser, rounds: Int) async throws {
        let rows = try await project.sql("select key, value from public.memory where user_id = %s::uuid", [.string(user.id)])
        let there = Set(rows.map { "\($0["key"]?.stringValue ?? "")=\($0["value"]?.stringValue ?? "")" })
        let (here, trust, conflicts, refused) = try await store.read { view in
            (
                Set(try view.memories().map { "\($0.key)=\($0.value)" }), try view.conversationState()?.trustScore,
                try view.conflicts().count, try view.quarantined().count
            )
        }
        #expect(here == there)
        #expect(here.count == rounds * 2)
        #expect(conflicts == 0 && refused == 0)
        let state = try await project.sql(
            "select trust_score::float8 as trust from public.conversation_state where user_id = %s::uuid", [.string(user.id)])
        // Each increment counts once: half of them up, half of them down again, and one more up.
        let expected = ConversationState.initialTrust + 0.5
        #expect(state.first?["trust"]?.doubleValue == expected)
        #expect(trust == expected)
    }
}
