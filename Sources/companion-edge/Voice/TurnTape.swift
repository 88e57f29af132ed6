import AudioIO
import Foundation
import Logging

/// One turn on its way into a recording, from the person's first sound to the companion's last. Whether it is one is known only at
/// its end: what gets no answer is thrown away.
struct TurnTape: Sendable {
    private enum Piece: Sendable {
        case person(CapturedFrame)
        case companion(CapturedFrame)
        /// The answer is stored by this name.
        case answered(String)
        /// It is a turn, with the message it belongs to.
        case keep(String)
    }

    private let feed: AsyncStream<Piece>.Continuation
    private let task: Task<Void, Never>

    /// - Parameter beginning: the time of its first sound (``MonotonicTime``).
    init(on shelf: RecordingShelf, beginning: Int64, logger: Logger) {
        let (pieces, feed) = AsyncStream.makeStream(of: Piece.self)
        self.feed = feed
        task = Task {
            do {
                try await Self.record(pieces, on: shelf, beginning: beginning)
            } catch {
                // The conversation goes on without.
                logger.warning("a turn could not be recorded", metadata: ["error": "\(error)"])
            }
        }
    }

    func person(_ frame: CapturedFrame) { feed.yield(.person(frame)) }
    func companion(_ frame: CapturedFrame) { feed.yield(.companion(frame)) }

    /// From now on it would be missed, should the program die.
    func answered(by messageID: String) { feed.yield(.answered(messageID)) }

    /// It is whole, and stays.
    func keep(as messageID: String) {
        feed.yield(.keep(messageID))
        feed.finish()
    }

    func discard() { feed.finish() }

    /// Returns when it lies on the shelf, or is gone.
    func ended() async { await task.value }

    private static func record(_ pieces: AsyncStream<Piece>, on shelf: RecordingShelf, beginning: Int64) async throws {
        guard try await shelf.isWanted() else { return }
        var file = try shelf.scratchFile()
        let recorder = try ConversationRecorder(path: file.path, beginning: beginning)
        var message: String?
        var failure: (any Error)?
        for await piece in pieces {
            do {
                switch piece {
                case .person(let frame): if failure == nil { try await recorder.person(frame) }
                case .companion(let frame): if failure == nil { try await recorder.companion(frame) }
                case .answered(let id): file = try shelf.name(file, after: id)
                case .keep(let id): message = id
                }
            } catch {
                // What is there already can be played.
                failure = error
            }
        }
        guard let message else {
            try FileManager.default.removeItem(at: file)
            return
        }
        if failure == nil {
            do {
                let seconds = try await recorder.finish()
                try await shelf.keep(file, seconds: seconds, messageID: message)
            } catch {
                failure = error
            }
        }
        // Until here the file is locked, so that nobody else takes it in.
        withExtendedLifetime(recorder) {}
        if let failure { throw failure }
    }
}

/// What a conversation is recording: the utterance under way, and turns that are being answered.
struct TurnTapes: Sendable {
    private let shelf: RecordingShelf?
    private let logger: Logger
    /// Of what the person is just saying.
    private var utterance: TurnTape?
    /// Of answers that are made or heard, by their generation.
    private var turns: [Int: TurnTape] = [:]
    /// Those that are being put on the shelf.
    private var ending: Task<Void, Never>?

    init(_ shelf: RecordingShelf?, logger: Logger) {
        (self.shelf, self.logger) = (shelf, logger)
    }

    var isRecording: Bool { shelf != nil }

    /// Somebody begins to speak.
    /// - Parameters:
    ///   - beginning: when (``MonotonicTime``).
    ///   - person: what was heard since then, and `companion`: what was given since then.
    mutating func begin(at beginning: Int64, person: [CapturedFrame], companion: [CapturedFrame]) {
        guard let shelf else { return }
        drop()
        let tape = TurnTape(on: shelf, beginning: beginning, logger: logger)
        for frame in companion { tape.companion(frame) }
        for frame in person { tape.person(frame) }
        utterance = tape
    }

    func person(_ frame: CapturedFrame) {
        utterance?.person(frame)
        for tape in turns.values { tape.person(frame) }
    }

    func companion(_ frame: CapturedFrame) {
        utterance?.companion(frame)
        for tape in turns.values { tape.companion(frame) }
    }

    /// What was said gets no answer.
    mutating func drop() {
        utterance?.discard()
        utterance = nil
    }

    /// What was said is a turn: it is answered by this generation.
    mutating func answer(_ generation: Int) {
        turns[generation] = utterance
        utterance = nil
    }

    func answered(_ generation: Int, by messageID: String) {
        if !messageID.isEmpty { turns[generation]?.answered(by: messageID) }
    }

    /// The answer was heard, as far as it was.
    /// - Parameter messageID: the message that it belongs to; without one, nothing of it was kept, and the recording is not either.
    mutating func finish(_ generation: Int, of messageID: String?) {
        guard let tape = turns.removeValue(forKey: generation) else { return }
        if let messageID, !messageID.isEmpty { tape.keep(as: messageID) } else { tape.discard() }
        let before = ending
        ending = Task {
            await before?.value
            await tape.ended()
        }
    }

    /// The conversation is over. Returns when all is on the shelf.
    /// - Parameter kept: messages of generations that were not heard to their end.
    mutating func end(_ kept: [Int: String]) -> Task<Void, Never>? {
        drop()
        for generation in turns.keys { finish(generation, of: kept[generation]) }
        return ending
    }
}
