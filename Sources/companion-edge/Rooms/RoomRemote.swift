import AudioIO
import CompanionServices
import Foundation
import LocalStore
import Logging
import Synchronization

/// Methods that LiveKit clients may call, as with a remote control. Everybody may ask for the state; what changes something or tells
/// something of a person, only the one who is talked with.
final class RoomRemote: Sendable {
    enum Method: String, CaseIterable, Sendable {
        case getState = "get_state"
        case setVolume = "set_volume"
        case mute
        case listReminders = "list_reminders"
        case cancelReminder = "cancel_reminder"
    }

    /// The one who is talked with, and what their calls act on.
    struct Link: Sendable {
        /// Identity in the room.
        let person: String
        let store: PersonStore
        /// Whether the person is to be heard.
        let mute: @Sendable (Bool) async throws -> Void
        let speak: @Sendable (DeviceLoudness) -> Void
    }

    private struct Inside {
        var word = "initializing"
        var volume = 100
        var isMuted = false
        var link: Link?
    }

    private let inside = Mutex(Inside())
    private let logger: Logger

    init(logger: Logger) {
        self.logger = logger
    }

    /// Answers calls in the room from now on.
    func offer(in room: LiveKitRoom) async {
        for method in Method.allCases {
            await room.register(method.rawValue) { (call: RoomCall) async throws(RoomCallFailure) in
                try await self.answer(method, call)
            }
        }
    }

    /// From now on, or no more.
    func link(_ link: Link?) { inside.withLock { $0.link = link } }

    /// What the companion does, in the word that front ends know.
    func note(_ word: String) { inside.withLock { $0.word = word } }

    // MARK: Answers

    func answer(_ method: Method, _ call: RoomCall) async throws(RoomCallFailure) -> String {
        do {
            return switch method {
            case .getState: try state()
            case .setVolume: try setVolume(call)
            case .mute: try await mute(call)
            case .listReminders: try await listReminders(call)
            case .cancelReminder: try await cancelReminder(call)
            }
        } catch let failure as RoomCallFailure {
            throw failure
        } catch {
            logger.warning("a call could not be answered", metadata: ["method": "\(method.rawValue)", "error": "\(error)"])
            throw .failed
        }
    }

    private func state() throws -> String {
        let now = inside.withLock { $0 }
        return JSONValue.object([
            "state": .string(now.word), "volume": .int(Int64(now.volume)), "muted": .bool(now.isMuted),
        ]).text
    }

    private func setVolume(_ call: RoomCall) throws -> String {
        let link = try permitted(call)
        guard let volume = try payload(call)["volume"]?.intValue, (0...100).contains(volume) else {
            throw RoomCallFailure.payload("write {\"volume\": 60}, a number from 0 to 100")
        }
        inside.withLock { $0.volume = Int(volume) }
        link.speak(DeviceLoudness(volume: Int(volume)))
        return try state()
    }

    private func mute(_ call: RoomCall) async throws -> String {
        let link = try permitted(call)
        guard let isMuted = try payload(call)["muted"]?.boolValue else {
            throw RoomCallFailure.payload("write {\"muted\": true} or {\"muted\": false}")
        }
        try await link.mute(isMuted)
        inside.withLock { $0.isMuted = isMuted }
        return try state()
    }

    private func listReminders(_ call: RoomCall) async throws -> String {
        let reminders = try await permitted(call).store.read { view in try view.reminders(states: [.pending]) }
        return try Self.list(reminders)
    }

    private func cancelReminder(_ call: RoomCall) async throws -> String {
        let link = try permitted(call)
        guard let id = try payload(call)["id"]?.stringValue?.lowercased(), !id.isEmpty else {
            throw RoomCallFailure.payload("write {\"id\": \"...\"}, as list_reminders tells it")
        }
        let cancelled = try await link.store.write { transaction -> Reminder? in
            let pending = try transaction.view.reminders(states: [.pending])
            guard var chosen = pending.first(where: { $0.id == id }) else { return nil }
            chosen.state = .cancelled
            try transaction.updateReminder(chosen)
            return chosen
        }
        guard let cancelled else { throw RoomCallFailure.noReminder }
        return try Self.text(ReminderReport(cancelled))
    }

    /// As many as one answer carries, the next one first.
    private static func list(_ reminders: [Reminder]) throws -> String {
        var (shown, size) = ([String](), 0)
        for reminder in reminders {
            let text = try text(ReminderReport(reminder))
            size += text.utf8.count + 1
            guard size < longestList else { break }
            shown.append(text)
        }
        return "{\"reminders\":[\(shown.joined(separator: ","))],\"more\":\(reminders.count - shown.count)}"
    }

    /// Bytes; what a call may carry is a little more.
    private static let longestList = 14_000

    private static func text(_ report: ReminderReport) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(report), as: UTF8.self)
    }

    // MARK: What is asked

    private func permitted(_ call: RoomCall) throws(RoomCallFailure) -> Link {
        guard let link = inside.withLock({ $0.link }) else { throw .nobody }
        guard call.caller == link.person else { throw .notPermitted }
        return link
    }

    private func payload(_ call: RoomCall) throws(RoomCallFailure) -> [String: JSONValue] {
        guard let value = try? JSONValue(parsing: call.payload).objectValue else { throw .payload("it is no JSON object") }
        return value
    }
}

extension RoomCallFailure {
    /// Codes as a web server's.
    fileprivate static func payload(_ advice: String) -> RoomCallFailure {
        RoomCallFailure(code: 400, message: "The payload cannot be read: \(advice).")
    }

    fileprivate static let notPermitted = RoomCallFailure(
        code: 403, message: "Only the person whom the companion talks with may do this.")
    fileprivate static let noReminder = RoomCallFailure(
        code: 404, message: "There is no such reminder to cancel; list_reminders tells which there are.")
    fileprivate static let nobody = RoomCallFailure(code: 409, message: "The companion talks with nobody yet; call again later.")
    fileprivate static let failed = RoomCallFailure(code: 500, message: "It could not be done; the companion's log says why.")
}
