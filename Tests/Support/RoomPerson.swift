import Foundation
import LocalStore

/// Somebody in a LiveKit room, by LiveKit's own library in another language (`Tests/Support/Peers/room_person.py`).
package final class RoomPerson: Sendable {
    /// Something that happened to the person; that file names the kinds.
    package struct Event: Sendable {
        package let number: Int
        /// Since the person was made, in milliseconds.
        package let time: Int
        package let name: String
        package let fields: [String: JSONValue]

        /// A field that is text; empty without it.
        package func text(_ field: String) -> String { fields[field]?.stringValue ?? "" }

        package func attribute(_ name: String) -> String? { fields["attributes"]?.objectValue?[name]?.stringValue }

        fileprivate init?(_ value: JSONValue) {
            guard let parts = value.arrayValue, parts.count == 4, let number = parts[0].intValue, let time = parts[1].intValue,
                let name = parts[2].stringValue, let fields = parts[3].objectValue
            else { return nil }
            (self.number, self.time, self.name, self.fields) = (Int(number), Int(time), name, fields)
        }
    }

    private let peer: ScriptedPeer

    package init() async throws {
        peer = try await ScriptedPeer("room_person.py")
    }

    /// - Parameter isPreceded: whether something was said before: ``sendEarly(_:as:track:attributes:)`` follows.
    package func join(_ server: RoomServer, token: String, isPreceded: Bool = false) async throws {
        try await peer.post(
            "/join", ["url": .string(server.address), "token": .string(token), "early": .bool(isPreceded)])
    }

    package func leave() async throws { try await peer.post("/leave") }
    /// As by a crash: the room is left without a word.
    package func vanish() async { await peer.kill() }

    // MARK: What the person does

    /// Says samples of one channel at 48 kHz. Returns when they were said, or at once.
    package func say(_ samples: [Int16], waits: Bool = true) async throws {
        let folder = try TemporaryDirectory()
        let file = folder.file("speech.raw")
        try samples.withUnsafeBytes { Data($0) }.write(to: file)
        try await peer.post("/say", ["file": .string(file.path), "waits": .bool(waits)])
    }

    /// How early sound is sent.
    package enum EarlyForm: String, Sendable, CaseIterable {
        case ogg, webm, pcm
        /// The samples as they are, said to be Opus.
        case raw
    }

    /// Sends what was said while connecting, once others listen: samples of one channel at 48 kHz.
    /// - Parameter track: the id of the track that goes on from there; ours when `nil`.
    package func sendEarly(
        _ samples: [Int16], as form: EarlyForm, track: String? = nil, attributes: [String: String] = [:]
    ) async throws {
        let folder = try TemporaryDirectory()
        let file = folder.file("early.raw")
        try samples.withUnsafeBytes { Data($0) }.write(to: file)
        try await peer.post(
            "/early",
            [
                "file": .string(file.path), "format": .string(form.rawValue), "track": track.map(JSONValue.string) ?? .null,
                "attributes": .object(attributes.mapValues(JSONValue.string)),
            ])
    }

    package func tone(hertz: Double, seconds: Double, waits: Bool = true) async throws {
        try await peer.post("/tone", ["hertz": .double(hertz), "seconds": .double(seconds), "waits": .bool(waits)])
    }

    package func mute(_ isMuted: Bool) async throws { try await peer.post("/mute", ["muted": .bool(isMuted)]) }
    package func unpublish() async throws { try await peer.post("/unpublish") }
    /// Publishes a camera.
    package func show() async throws { try await peer.post("/show") }

    package func send(_ text: String, topic: String = "", isReliable: Bool = true, to others: [String] = []) async throws {
        try await peer.post(
            "/data",
            [
                "text": .string(text), "topic": .string(topic), "reliable": .bool(isReliable),
                "to": .array(others.map(JSONValue.string)),
            ])
    }

    /// As a text stream.
    package func type(_ text: String, topic: String = "lk.chat", attributes: [String: String] = [:]) async throws {
        try await peer.post(
            "/text",
            [
                "text": .string(text), "topic": .string(topic), "attributes": .object(attributes.mapValues(JSONValue.string)),
            ])
    }

    /// Begins a text stream that never ends.
    package func beginToType(_ text: String, topic: String = "lk.chat") async throws {
        try await peer.post("/endless", ["text": .string(text), "topic": .string(topic)])
    }

    package func send(file content: Data, name: String, topic: String, attributes: [String: String] = [:]) async throws {
        try await peer.post(
            "/bytes",
            [
                "base64": .string(content.base64EncodedString()), "name": .string(name), "topic": .string(topic),
                "attributes": .object(attributes.mapValues(JSONValue.string)),
            ])
    }

    /// What the other one answers: its fields are `answer`, or `error` and `code`.
    package func call(_ method: String, of identity: String, payload: String = "") async throws -> [String: JSONValue] {
        try await peer.post("/rpc", ["to": .string(identity), "method": .string(method), "payload": .string(payload)])
            .objectValue ?? [:]
    }

    /// Lets others call a method, which is answered with this.
    package func offer(_ method: String, answering answer: String) async throws {
        try await peer.post("/method", ["method": .string(method), "answer": .string(answer)])
    }

    /// Lets others call a method, which always fails.
    package func offer(_ method: String, failing error: String, code: Int) async throws {
        try await peer.post(
            "/method", ["method": .string(method), "error": .string(error), "code": .int(Int64(code))])
    }

    package func setAttributes(_ attributes: [String: String]) async throws {
        try await peer.post("/attributes", .object(attributes.mapValues(JSONValue.string)))
    }

    package func present(name: String, metadata: String) async throws {
        try await peer.post("/present", ["name": .string(name), "metadata": .string(metadata)])
    }

    // MARK: What the person notices

    /// Waits for so many events of a kind whose fields contain these texts, from number `after` on, and gives all of them.
    @discardableResult
    package func wait(
        for event: String, _ fields: [String: String] = [:], count: Int = 1, after number: Int = 0
    ) async throws -> [Event] {
        let query = fields.merging(["event": event, "count": "\(count)", "after": "\(number)"]) { $1 }
        return try Self.events(try await peer.get("/wait", query))
    }

    /// Everything so far.
    package func events(_ name: String? = nil) async throws -> [Event] {
        try Self.events(try await peer.get("/log")).filter { name == nil || $0.name == name }
    }

    /// What came from somebody since then (milliseconds, as in events): one channel at 48 kHz.
    package func heard(from identity: String, since time: Int = 0) async throws -> [Int16] {
        let bytes = [UInt8](try await peer.get("/heard", ["from": identity, "since": "\(time)"]))
        return stride(from: 0, to: bytes.count - 1, by: 2).map {
            Int16(bitPattern: UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8)
        }
    }

    private static func events(_ data: Data) throws -> [Event] {
        (try JSONValue(parsing: String(decoding: data, as: UTF8.self)).arrayValue ?? []).compactMap(Event.init)
    }
}
