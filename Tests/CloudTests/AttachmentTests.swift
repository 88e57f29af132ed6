import Foundation
import LocalStore
import Networking
import TestSupport
import Testing

@testable import SyncEngine

/// The files behind attachments, from one device to another.
@Suite struct AttachmentTests {
    private struct Device {
        let folder: TemporaryDirectory
        let store: PersonStore
        let files: AttachmentFolder
        let engine: SyncEngine
        let queue: AttachmentQueue

        init(_ cloud: CloudProject, _ user: CloudUser) async throws {
            folder = try TemporaryDirectory()
            let directory = try DataDirectory(root: folder.file("data"))
            let devices = try DeviceStore.open(in: directory)
            let person = UserID.random()
            let project = SupabaseProject(
                address: try #require(URL(string: cloud.url)), key: try ProjectKey(cloud.anonKey))
            let transport = try CurlTransport()
            let client = AuthClient(project: project, transport: transport)
            try await devices.addPerson(id: person)
            let entry = try await client.signIn(email: user.email, password: user.password)
            try await devices.bind(entry.session, email: nil, project: project.address, to: person)
            store = try PersonStore.open(in: directory, userID: person)
            files = AttachmentFolder(directory, of: person)
            let keeper = SessionKeeper(
                account: entry.session.account, storage: DeviceSessions(devices: devices, person: person), client: client)
            engine = SyncEngine(
                store: store, remote: SupabaseRemote(project: project, keeper: keeper, transport: transport), appVersion: "1.0")
            queue = AttachmentQueue(
                store: store, folder: files, blobs: BlobStore(project: project, keeper: keeper, transport: transport))
        }

        /// Records something: its file, and the row about it.
        func record(_ data: Data) async throws -> String {
            let digest = StreamingSHA256()
            digest.update(data)
            let sha256 = digest.finish()
            try files.prepare()
            try data.write(to: files.file(sha256))
            _ = try await store.write {
                try $0.addAttachment(kind: "recording", mime: "audio/ogg", sha256: sha256, bytes: Int64(data.count))
            }
            return sha256
        }
    }

    @Test("a recording made on one device is played on the other, and a file that is late comes later")
    func roundTrip() async throws {
        let cloud = try await CloudStack.sharedProject()
        let user = try await cloud.user()
        let (kitchen, study) = (try await Device(cloud, user), try await Device(cloud, user))
        let data = Data("سلام".utf8) + Data(repeating: 9, count: 70_000)
        let sha256 = try await kitchen.record(data)
        #expect(try await kitchen.engine.syncOnce().isComplete)
        #expect(try await study.engine.syncOnce().isComplete)
        // The row is there before its file is.
        let early = try await study.queue.pass()
        #expect(early.failed == 1 && early.nextTry != nil)
        #expect(try await study.queue.pass().failed == 0)
        #expect(try await kitchen.queue.pass().sent == 1)
        #expect(try await kitchen.queue.pass() == AttachmentQueue.Report())
        try await study.store.write { try $0.attachmentFailed(sha256, "again", notBefore: Timestamp(milliseconds: 0)) }
        #expect(try await study.queue.pass().received == 1)
        #expect(try Data(contentsOf: study.files.file(sha256)) == data)
        #expect(try await study.queue.pass() == AttachmentQueue.Report())
    }

    @Test("once a day what nothing names any more is taken out of Storage, and nothing else")
    func tidyUp() async throws {
        let cloud = try await CloudStack.sharedProject()
        let (user, stranger) = (try await cloud.user(), try await cloud.user())
        let (kitchen, other) = (try await Device(cloud, user), try await Device(cloud, stranger))
        let named = try await kitchen.record(Data("named".utf8))
        let (old, young) = (try await kitchen.record(Data("old".utf8)), try await kitchen.record(Data("young".utf8)))
        let theirs = try await other.record(Data("theirs".utf8))
        for device in [kitchen, other] {
            #expect(try await device.engine.syncOnce().isComplete)
            #expect(try await device.queue.pass().failed == 0)
        }
        try await cloud.sql(
            "update storage.objects set created_at = now() - interval '8 days' where name not like %s", [.string("%/\(young)")])
        try await cloud.sql(
            "delete from public.attachments where sha256 in ('\(old)', '\(young)', '\(theirs)')")
        #expect(try await kitchen.engine.syncOnce().isComplete)
        // Not before a day is over.
        #expect(try await kitchen.queue.pass().removed == 0)
        try await kitchen.store.write { try $0.noteUpkeep(at: Timestamp(milliseconds: 0)) }
        #expect(try await kitchen.queue.pass().removed == 1)
        let left = try await cloud.sql("select name from storage.objects where name like '\(user.id)/%' order by created_at")
        #expect(left.compactMap { $0["name"]?.stringValue } == ["\(user.id)/\(named)", "\(user.id)/\(young)"])
        let others = try await cloud.sql("select count(*) from storage.objects where name like '\(stranger.id)/%'")
        #expect(others == [["count": 1]])
    }
}
