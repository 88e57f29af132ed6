import Foundation
import LocalStore

/// Whether what a person says is recorded, and how long it is kept. Off until the person turns it on.
struct RecordingPolicy: Codable, Sendable, Hashable {
    static let off = RecordingPolicy(isOn: false, days: 30, megabytes: 500)
    /// The name of the setting in the person's store.
    private static let setting = "recordings"

    var isOn: Bool
    /// Older recordings are removed.
    var days: Int
    /// Beyond this the oldest are removed.
    var megabytes: Int

    enum CodingKeys: String, CodingKey {
        case isOn = "on"
        case days, megabytes
    }

    static func read(from view: StoreView) throws -> RecordingPolicy {
        guard let text = try view.setting(setting) else { return .off }
        // A setting that this version cannot read must not record anybody.
        return (try? JSONDecoder().decode(RecordingPolicy.self, from: Data(text.utf8))) ?? .off
    }

    func write(in transaction: StoreTransaction) throws {
        try transaction.setSetting(Self.setting, String(decoding: try JSONEncoder().encode(self), as: UTF8.self))
    }

    /// Of recordings, oldest first, those that are to go.
    func expired(_ recordings: [Attachment], now: Timestamp) -> [Attachment] {
        let oldest = now.milliseconds - Int64(days) * 86_400_000
        var room = Int64(megabytes) * 1_000_000
        var gone: [Attachment] = []
        for recording in recordings.reversed() {
            room -= recording.bytes
            if room < 0 || recording.createdAt.milliseconds < oldest { gone.append(recording) }
        }
        return gone.reversed()
    }
}
