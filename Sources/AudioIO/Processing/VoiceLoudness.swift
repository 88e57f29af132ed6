/// Tells the one who speaks with us from voices further away, a television above all, by how loud they are: who is clearly quieter
/// than the person neither keeps a turn from ending nor, when they were heard beside it, begins one soon after. Nothing is known of
/// anybody before the first voice, and after a while anybody may speak as softly as they like.
struct VoiceLoudness: Sendable {
    /// Further below the voice that speaks, in dB, is somebody else. Within a sentence, people vary by less.
    private static let besideVoice: Float = 10
    /// The same for a voice that begins after another, and by how much more with each second since.
    private static let (afterVoice, decay): (Float, Float) = (10, 0.3)
    /// How loud it is just now is the loudest of so many windows of 32 ms: a quarter of a second has a vowel in it.
    private static let now = 8
    /// The voice is known by its last two seconds, once it has lasted for 0.6.
    private static let (most, least) = (64, 19)
    /// A quieter voice that was heard goes on, through its own pauses, for so many samples: half a minute.
    private static let lingering = Int64(30 * VoiceWindow.rate)

    /// Of the newest windows, and of those that were the voice's, in dB of full scale.
    private var recent: [Float] = []
    private var voice: [Float] = []
    /// The position at which a quieter voice was heard last.
    private var background: Int64?
    /// The voice before this one, if there was another beside it, and the position of its end.
    private var before: (level: Float, end: Int64)?

    /// Takes note of a window of sound.
    mutating func hear(_ window: [Int16]) {
        recent.append(EchoGate.level(window))
        if recent.count > Self.now { recent.removeFirst() }
    }

    /// Whether the newest window, in which somebody speaks and which ends at `position`, is loud enough to be of the voice that speaks.
    mutating func isOfVoice(at position: Int64) -> Bool {
        guard voice.count >= Self.least, level < Self.typical(voice) - Self.besideVoice else { return true }
        background = position
        return false
    }

    /// Whether it is loud enough for a voice to begin at `position`.
    mutating func mayBegin(at position: Int64) -> Bool {
        guard let before else { return true }
        let seconds = Float(position - before.end) / Float(VoiceWindow.rate)
        if level >= before.level - Self.afterVoice - Self.decay * seconds { return true }
        background = position
        return false
    }

    /// The newest window was the voice's.
    mutating func count() {
        voice.append(recent.last ?? level)
        if voice.count > Self.most { voice.removeFirst() }
    }

    /// The voice ended at `position`. A short one, which may be a cough or a door, tells nothing.
    mutating func end(at position: Int64) {
        // A television that pauses just when the person stops is still there.
        let isAmongOthers = background.map { position - $0 < Self.lingering } ?? false
        if voice.count >= Self.least { before = isAmongOthers ? (Self.typical(voice), position) : nil }
        voice.removeAll(keepingCapacity: true)
    }

    /// Somebody else may speak now.
    mutating func forget() { self = VoiceLoudness() }

    private var level: Float { recent.max() ?? -100 }

    /// Louder than four fifths of it.
    private static func typical(_ levels: [Float]) -> Float {
        levels.sorted()[levels.count * 4 / 5]
    }
}
