import AudioIO
import CompanionServices

/// An answer on its way to the loudspeaker.
struct SpokenReply: Sendable {
    /// Numbers below zero belong to sounds that fill the time before it.
    enum Filling { static let sound = -1, phrase = -2 }

    let generation: Int
    /// What it answers; empty when nobody asked.
    var utterance = ""
    /// What it is spoken in.
    var language = Language.english
    /// What it is expected to begin with, and the sound of that.
    var expected: (piece: String, sound: [Int16])?
    /// What it is, once it is kept.
    var reply: Reply?
    var pieces: [SpokenText] = []
    /// All of it was handed over.
    var isComplete = false
    var finished: Set<Int> = []
    var hasStarted = false
    var task: Task<Void, Never>?
    /// Who heard what it answers.
    var heard: [RungUse] = []
    /// Who speaks it.
    let uses = SpeechUses()
    /// What is announced by it.
    var announcement: String?

    init(generation: Int) {
        self.generation = generation
    }

    var isHeardWhole: Bool { isComplete && finished.contains(pieces.count - 1) }

    /// All that is said of it, as far as it was found.
    var whole: String { pieces.map(\.text).joined(separator: " ") }

    /// The words that were heard when playing had come to `position`.
    func words(heardBy position: PlayedPosition?) -> String {
        guard let position, position.item.generation == generation, position.item.number >= 0 else { return "" }
        let whole = pieces.prefix(position.item.number).map(\.text)
        guard position.item.number < pieces.count else { return whole.joined(separator: " ") }
        let words = pieces[position.item.number].words(heardBy: position.frame)
        return (whole + words.map(String.init)).joined(separator: " ")
    }

    /// How far before `position` to go on, in samples.
    func rewind(from position: PlayedPosition?, reach: Duration) -> Int {
        guard let position, position.item.generation == generation, pieces.indices.contains(position.item.number) else {
            return 0
        }
        let reach = Int(reach / .milliseconds(1) * Double(position.rate) / 1000)
        return position.frame - pieces[position.item.number].resumption(before: position.frame, within: reach)
    }
}
