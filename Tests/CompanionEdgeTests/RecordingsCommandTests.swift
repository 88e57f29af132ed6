import AudioIO
import Foundation
@testable import LocalStore
import TestSupport
import Testing

@testable import companion_edge

@Suite struct RecordingsCommandTests {
    private let house: CommandHouse

    init() async throws {
        house = try CommandHouse()
        try await house.run("users", "add", "Amina")
    }

    /// Records a tone of half a second as one turn; its attachment's id.
    private func record(_ value: Int16, messageID: String?) async throws -> String? {
        let context = try house.context()
        let household = try await context.households.household()
        let store = try await household.companion(try await household.person(nil).id).store
        let shelf = RecordingShelf(store, in: household.directory, clock: house.clock)
        let file = try shelf.scratchFile()
        let recorder = try ConversationRecorder(path: file.path, beginning: 0)
        for number in 0..<50 {
            try await recorder.person(
                CapturedFrame(
                    samples: (0..<160).map { Int16($0 % 40) * value }, position: Int64(number * 160),
                    time: Int64(number) * 10_000_000))
        }
        let seconds = try await recorder.finish()
        let id = try await shelf.keep(file, seconds: seconds, messageID: messageID)
        try await context.households.release()
        return id
    }

    private func files() throws -> [String] {
        let root = house.dataDirectory.appending(path: "attachments")
        return try FileManager.default.subpathsOfDirectory(atPath: root.path).filter { $0.contains("/") }
    }

    @Test("nothing is recorded until it is turned on, and then it can be played")
    func offAndOn() async throws {
        #expect(try await house.run("recordings").output.contains("Recording is off"))
        #expect(try await record(50, messageID: nil) == nil)
        #expect(try files().isEmpty)
        let none = try await house.run("history", "play")
        #expect(none.status == .failure && none.errors.contains("recordings on"))

        #expect(try await house.run("recordings", "on", "--days", "14").output.contains("kept for 14 days and up to 500 MB"))
        #expect(try await record(50, messageID: "m1") != nil)
        #expect(try files().count == 1)
        let played = try await house.run("history", "play", "m1", "--device", "wav:\(house.folder.file("turn.wav").path)")
        #expect(played.status == .ok, "\(played.errors)")
        let reader = try WaveReader(path: house.folder.file("turn.wav").path)
        let samples = try reader.read(atMost: 200_000)
        #expect(abs(samples.count - 24_000) < 50 && (samples.map { abs(Int($0)) }.max() ?? 0) > 800)
        #expect(try await house.run("history", "play", "m2").status == .failure)
    }

    @Test("a turn is listed, and found by either of its messages")
    func listed() async throws {
        try await house.run("recordings", "on")
        #expect(try await house.run("recordings", "list").output == "There are no recordings.\n")
        try await house.run("chat", input: "hello\n")
        let context = try house.context()
        let household = try await context.households.household()
        let store = try await household.companion(try await household.person(nil).id).store
        let messages = try await store.read { view in
            try view.messages(conversation: try #require(try view.conversations(limit: 1).first).id)
        }
        try await context.households.release()
        let place = try #require(messages.firstIndex { $0.role == .user })
        let (words, answer) = (messages[place].id, try #require(messages[place...].first { $0.role == .assistant }).id)
        _ = try await record(50, messageID: answer)
        let list = try await house.run("recordings", "list", "--json").json()
        #expect(list.count == 1 && list[0]?["message"]?.text == answer && list[0]?["text"]?.text?.isEmpty == false)
        #expect(try await house.run("recordings", "list").output.contains("0.5"))
        for message in [words, answer] {
            let file = house.folder.file("\(message).wav")
            let played = try await house.run("history", "play", message, "--device", "wav:\(file.path)")
            #expect(played.status == .ok, "\(played.errors)")
            #expect(try WaveReader(path: file.path).read(atMost: 200_000).contains { abs(Int($0)) > 800 })
        }
    }

    @Test("what a program that died was recording is kept, and what another one is writing is left alone")
    func recovered() async throws {
        try await house.run("recordings", "on")
        let context = try house.context()
        let household = try await context.households.household()
        let store = try await household.companion(try await household.person(nil).id).store
        let shelf = RecordingShelf(store, in: household.directory, clock: house.clock)
        let (dead, alive) = (try shelf.scratchFile(), try shelf.scratchFile())
        let writer = try OggOpusWriter(path: alive.path)
        try writer.write((0..<2 * 16_000 * 3).map { Int16($0 % 80) * 50 })
        // Nobody holds the copy, and its last page is cut off.
        try Data(contentsOf: alive).dropLast(100).write(to: dead)
        _ = try shelf.name(dead, after: "gone")
        #expect(OggOpusWriter.isWriting(alive.path))
        // Old ones: one has nothing, the other something that cannot be read.
        let (empty, unread) = (try shelf.scratchFile(), try shelf.scratchFile())
        for (file, size) in [(empty, 0), (unread, 5000)] {
            try Data(count: size).write(to: file)
            try FileManager.default.setAttributes([.modificationDate: Date.now - 3600], ofItemAtPath: file.path)
        }
        try await context.households.release()

        let list = try await house.run("recordings", "list", "--json").json()
        #expect(list.count == 1 && list[0]?["message"]?.text == nil)
        let left = [alive, unread].map { "\(store.userID)/\($0.lastPathComponent)" }
        #expect(try files().filter { $0.hasSuffix(".partial") }.sorted() == left.sorted())
        let played = try await house.run("history", "play", "--device", "wav:\(house.folder.file("dead.wav").path)")
        #expect(played.status == .ok, "\(played.errors)")
        let seconds = Double(try WaveReader(path: house.folder.file("dead.wav").path).read(atMost: 400_000).count) / 48_000
        #expect(seconds > 1.9 && seconds < 3, "\(seconds)")
        withExtendedLifetime(writer) {}

        // Who turned it off meanwhile does not want it.
        try await house.run("recordings", "off")
        try FileManager.default.copyItem(at: alive, to: dead)
        #expect(try await house.run("recordings", "list", "--json").json().count == 1)
        #expect(try !files().contains { $0.hasSuffix(dead.lastPathComponent) })
    }

    @Test("what is too old or too much goes, file and all")
    func retention() async throws {
        try await house.run("recordings", "on", "--days", "10", "--megabytes", "1")
        _ = try await record(10, messageID: "old")
        house.clock.advance(seconds: 11 * 86_400)
        _ = try await record(20, messageID: "new")
        #expect(try files().count == 1)
        let report = try await house.run("recordings", "--json").json()
        #expect(report.objectValue?["recordings"]?.intValue == 1)
        let policy = RecordingPolicy(isOn: true, days: 10, megabytes: 1)
        let now = house.clock.now()
        func attachment(_ id: String, _ bytes: Int64) -> LocalStore.Attachment {
            LocalStore.Attachment(
                id: id, messageID: nil, kind: "recording", mime: "", sha256: id, bytes: bytes, durationMilliseconds: nil,
                createdAt: now)
        }
        let gone = policy.expired([attachment("a", 500_000), attachment("b", 400_000), attachment("c", 400_000)], now: now)
        #expect(gone.map(\.id) == ["a"])
        #expect(try await house.run("recordings", "clear", "--yes").output.contains("Recordings here: 0"))
        #expect(try files().isEmpty)
    }
}
