import Foundation
import LocalStore
import Logging
import Networking
import TestSupport
import Testing

@testable import SyncEngine

/// Wake-ups, blobs and the look from outside, at the real services.
@Suite struct ServicesTests {
    /// One person's tokens, as a device holds them.
    private struct Person {
        let folder: TemporaryDirectory
        let project: SupabaseProject
        let keeper: SessionKeeper
        let transport: CurlTransport

        init(_ cloud: CloudProject, _ user: CloudUser) async throws {
            folder = try TemporaryDirectory()
            let devices = try DeviceStore.open(in: DataDirectory(root: folder.file("data")))
            let person = UserID.random()
            transport = try CurlTransport()
            project = SupabaseProject(
                address: try #require(URL(string: cloud.url)), key: try ProjectKey(cloud.publishableKey))
            let client = AuthClient(project: project, transport: transport)
            try await devices.addPerson(id: person)
            let entry = try await client.signIn(email: user.email, password: user.password)
            try await devices.bind(entry.session, email: nil, project: project.address, to: person)
            keeper = SessionKeeper(
                account: entry.session.account, storage: DeviceSessions(devices: devices, person: person), client: client)
        }

        var blobs: BlobStore { BlobStore(project: project, keeper: keeper, transport: transport) }
    }

    @Test("whatever is written for a person wakes that person's devices")
    func wakeUps() async throws {
        let cloud = try await CloudStack.sharedProject()
        let user = try await cloud.user()
        let person = try await Person(cloud, user)
        let hint = RealtimeHint(
            project: person.project, keeper: person.keeper, connect: RealtimeHint.connecting(.init()),
            retry: RetryPolicy(base: .milliseconds(10), cap: .milliseconds(100)), logger: Logger(label: "test"))
        let (hints, give) = AsyncStream.makeStream(of: Void.self)
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await hint.run { give.yield() } }
            group.addTask {
                var received = hints.makeAsyncIterator()
                // The join, and the second look after it.
                await received.next()
                await received.next()
                #expect(try await cloud.joinedTopics().contains("realtime:sync:\(user.id)"))
                try await cloud.sql(
                    "insert into public.profiles (id, user_id, email) values (%s::uuid, %s::uuid, %s)",
                    [.string(user.id), .string(user.id), .string(user.email)])
                await received.next()
            }
            await #expect(throws: Never.self) { try await group.next() }
            group.cancelAll()
        }
    }

    @Test("a blob goes up and comes down again, is there already the second time, and is nobody else's")
    func blobs() async throws {
        let cloud = try await CloudStack.sharedProject()
        let person = try await Person(cloud, try await cloud.user())
        let data = Data((0..<(6 << 20) + 77).map { UInt8(truncatingIfNeeded: $0 &* 31) })
        let file = person.folder.file("recording")
        try data.write(to: file)
        let digest = StreamingSHA256()
        digest.update(data)
        let sha256 = digest.finish()
        for _ in 0..<2 {
            try await person.blobs.upload(file, sha256: sha256, mime: "audio/ogg", resuming: nil) { _ in }
        }
        let copy = person.folder.file("copy")
        try await person.blobs.download(sha256: sha256, bytes: Int64(data.count), to: copy)
        #expect(try Data(contentsOf: copy) == data)
        let other = try await Person(cloud, try await cloud.user())
        await #expect(throws: BlobError.missing) {
            try await other.blobs.download(sha256: sha256, bytes: Int64(data.count), to: other.folder.file("copy"))
        }
    }

    @Test("a blob that is cut off goes on, and one that is not what it says is thrown away")
    func brokenBlobs() async throws {
        let cloud = try await CloudStack.shared().project()
        let person = try await Person(cloud, try await cloud.user())
        let data = Data(repeating: 7, count: 100_000)
        let file = person.folder.file("recording")
        try data.write(to: file)
        let wrong = String(repeating: "0", count: 64)
        try await cloud.inject(CloudFault(.status(503), path: "/storage/v1/upload/resumable/"))
        let place = Place()
        await #expect(throws: BlobError.self) {
            try await person.blobs.upload(file, sha256: wrong, mime: "audio/ogg", resuming: nil) { await place.set($0) }
        }
        let address = try #require(await place.address)
        try await person.blobs.upload(file, sha256: wrong, mime: "audio/ogg", resuming: address) { _ in
            Issue.record("a second upload was begun")
        }
        let target = person.folder.file("copy")
        await #expect {
            try await person.blobs.download(sha256: wrong, bytes: Int64(data.count), to: target)
        } throws: { error in
            guard case BlobError.wrongContent = error else { return false }
            return true
        }
        #expect(!FileManager.default.fileExists(atPath: target.path))
        try await cloud.remove()
    }

    @Test("a migrated project is closed to strangers; an opened table is found")
    func security() async throws {
        let cloud = try await CloudStack.shared().project()
        let person = try await Person(cloud, try await cloud.user())
        let check = SecurityCheck(project: person.project, transport: person.transport)
        for (table, exposure) in try await check.run() {
            #expect(exposure == .closed, "\(table)")
        }
        try await cloud.sql(
            "alter table public.memory disable row level security; grant all on public.memory to anon; notify pgrst, 'reload schema'"
        )
        let memory = try await check.run().first { $0.table == "memory" }
        #expect(memory?.exposure == .writable)
        #expect(try await cloud.sql("select 1 from public.memory").isEmpty)
        try await cloud.remove()
    }
}

private actor Place {
    private(set) var address: String?

    func set(_ address: String) { self.address = address }
}
