import AudioIO
import Foundation
import LocalStore

/// What was said while nobody could hear it, as Ogg Opus files that wait in a folder until they are delivered.
struct VoiceNotes: Sendable {
    /// One note.
    struct Note: Sendable, Hashable {
        let file: URL
        /// When it was begun.
        let moment: Timestamp

        /// What it is called where it arrives.
        var name: String { "\(moment.iso8601.replacing(":", with: "-")).opus" }
    }

    static let mime = "audio/ogg; codecs=opus"
    private static let suffix = ".opus"

    let folder: URL

    /// A file for a note that begins now. It is one from the first second on, should the program die.
    func file(at moment: Timestamp) throws -> URL {
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        return folder.appending(path: "\(moment.milliseconds)-\(UUID().uuidString.prefix(8))\(Self.suffix)")
    }

    /// Whole notes, the oldest first. What is still being written is not among them.
    func waiting() throws -> [Note] {
        guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(Self.suffix) }
        return names.compactMap { name -> Note? in
            guard let milliseconds = name.split(separator: "-").first.flatMap({ Int64($0) }) else { return nil }
            let file = folder.appending(path: name)
            return OggOpusWriter.isWriting(file.path) ? nil : Note(file: file, moment: Timestamp(milliseconds: milliseconds))
        }.sorted { ($0.moment.milliseconds, $0.file.path) < ($1.moment.milliseconds, $1.file.path) }
    }

    /// It was sent. That it arrived nobody says, so it is kept for a day longer.
    func putAside(_ note: Note, now: Timestamp) throws {
        let sent = folder.appending(path: "delivered", directoryHint: .isDirectory)
        try FileManager.default.createDirectory(
            at: sent, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let day = now.advanced(by: -86_400).milliseconds
        for name in try FileManager.default.contentsOfDirectory(atPath: sent.path) {
            guard let moment = name.split(separator: "-").first.flatMap({ Int64($0) }), moment < day else { continue }
            try FileManager.default.removeItem(at: sent.appending(path: name))
        }
        try FileManager.default.moveItem(
            at: note.file, to: sent.appending(path: "\(now.milliseconds)-\(note.file.lastPathComponent)"))
    }
}

/// Writes notes of what is said: from a little before a voice to a little after it.
struct VoiceNoteTaker {
    /// A pause that belongs to what is said, in samples: two seconds.
    private static let pause: Int64 = 32_000
    /// A longer note is followed by another, in samples: five minutes, about a megabyte.
    private static let longest: Int64 = 5 * 60 * 16_000
    private static let settings: OpusSettings = .upload

    private let notes: VoiceNotes
    private let clock: any WallClock
    private var detector: VoiceActivityDetector
    private var writer: OggOpusWriter?
    private var silentSince: Int64?

    init(_ notes: VoiceNotes, activity: any VoiceActivityModel, clock: any WallClock) {
        (self.notes, self.clock) = (notes, clock)
        detector = VoiceActivityDetector(model: activity)
    }

    var isWriting: Bool { writer != nil }

    /// Takes 10 ms of the microphone. A note that cannot be written on is left as it is; the next voice begins another.
    mutating func hear(_ samples: [Int16], at position: Int64) throws {
        do {
            try take(samples, at: position)
        } catch {
            (writer, silentSince) = (nil, nil)
            throw error
        }
    }

    private mutating func take(_ samples: [Int16], at position: Int64) throws {
        for event in try detector.accept(samples, at: position) {
            switch event {
            case .started(let beginning):
                silentSince = nil
                guard writer == nil else { continue }
                let writer = try OggOpusWriter(path: notes.file(at: clock.now()).path, settings: Self.settings)
                self.writer = writer
                // This frame is among it.
                try writer.write(detector.sound(since: detector.preRoll(before: beginning)).samples)
                return
            case .ended(let end): silentSince = end
            case .paused, .resumed, .behind, .caughtUp: break
            }
        }
        guard let writer else { return }
        try writer.write(samples)
        if let silentSince, position - silentSince > Self.pause { return try finish() }
        if writer.samples > Self.longest { try finish() }
    }

    /// What is being said is a note up to here.
    mutating func finish() throws {
        defer { (writer, silentSince) = (nil, nil) }
        try writer?.finish()
    }

    /// Others can hear it again.
    mutating func stop() throws {
        detector.forget()
        try finish()
    }
}
