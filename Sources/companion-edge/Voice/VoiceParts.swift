import AudioIO
import CompanionServices
import LocalStore
import Logging

/// Everything a spoken conversation is made of.
struct VoiceParts: Sendable {
    var recogniser: any SpeechRecogniser
    /// The language in which the person is understood.
    var language: Language
    var voice: any SpeechSynthesiser
    var loudspeaker: PlaybackSink
    var detector: VoiceActivityDetector
    var cleaning = SoundCleaning()
    var canceller: VoiceEquipment.MakeCanceller = { try SpeexEchoCanceller($0) }
    var conversation: ConversationSession
    /// Where what is learned about the person's pauses is kept.
    var store: PersonStore
    /// What is known of the room: by how much our own sound arrives quieter, see ``EchoGate``, and how much later the microphone
    /// hears it than the loudspeaker's driver says, in nanoseconds.
    var echoLoss: Float?
    var echoDelay: Int64 = 0
    /// Where turns are recorded, if the person wants that.
    var recordings: RecordingShelf?
    /// Told whether nobody speaks, we neither: the microphone's sound may come later then.
    var rest: @Sendable (Bool) -> Void = { _ in }
    var logger: Logger
}

/// What happens in a spoken conversation, for those who show it.
enum VoiceNews: Sendable {
    case phase(TurnPhase)
    /// Loudness at the microphone in dB of full scale, about ten times a second, and whether somebody speaks.
    case level(Float, isVoice: Bool)
    case partial(String)
    /// What the person said, as it is answered.
    case said(String)
    /// What the companion says so far, while the rest is still being found.
    case saying(String)
    /// What the companion says.
    case answer(Reply)
    /// How much of what the companion says was heard so far.
    case speaking(heard: String)
    /// It was heard to its end.
    case spoken(String)
    /// The companion was interrupted; all that was heard of it.
    case interrupted(heard: String)
    /// The companion stopped for nothing, and goes on.
    case resumed
    case refused(String, TurnEffect.RefusalReason)
    case measured(TurnTimes)
    case trouble(TurnEffect.Trouble, detail: String?)
    case loudspeaker(isThere: Bool)
    /// Why it is gone, `nil` when it is there.
    case microphone(AudioError?)
    /// Nothing but exact silence comes from it, or no longer.
    case microphoneSilent(Bool)
    /// What the person said goodbye to was heard: nothing more needs to be said.
    case farewell
}
