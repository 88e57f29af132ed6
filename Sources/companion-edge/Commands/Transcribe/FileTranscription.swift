import AudioIO
import CompanionServices

/// Understands a WAV file while it is read: finds the stretches of speech and has each recognised.
struct FileTranscription {
    private static let rate = VoiceWindow.rate
    /// Sound after a voice that still belongs to it.
    private static let tail = rate / 5

    private let recogniser: any SpeechRecogniser
    private let language: Language
    private var detector: VoiceActivityDetector
    private var decoder: WaveDecoder
    private var converter: RateConverter?
    private var position: Int64 = 0
    /// The stretch that is being spoken, and its first sample.
    private var current: (recognition: any Recognition, start: Int64)?
    private(set) var computeSeconds = 0.0

    var isTruncated: Bool { decoder.isTruncated }
    var audioSeconds: Double { Double(position) / Double(Self.rate) }

    /// - Parameter name: of the file, for complaints.
    init(name: String, recogniser: any SpeechRecogniser, language: Language, detector: VoiceActivityDetector) {
        (self.recogniser, self.language, self.detector) = (recogniser, language, detector)
        decoder = WaveDecoder(name: name)
    }

    /// Takes the file's next bytes.
    /// - Returns: what was said in the stretches that ended.
    mutating func add(_ bytes: [UInt8]) async throws -> [TranscribedPiece] {
        let samples = try decoder.add(bytes)
        guard let rate = decoder.rate, !samples.isEmpty else { return [] }
        let converter = try converter ?? RateConverter(from: rate, to: Self.rate)
        self.converter = converter
        return try await hear(converter.convert(samples))
    }

    /// The file is over.
    mutating func finish() async throws -> [TranscribedPiece] {
        try decoder.finish()
        var pieces: [TranscribedPiece] = []
        if let converter { pieces += try await hear(converter.finish()) }
        if let piece = try await end(at: position) { pieces.append(piece) }
        return pieces
    }

    private mutating func hear(_ samples: [Int16]) async throws -> [TranscribedPiece] {
        var pieces: [TranscribedPiece] = []
        // In steps of a window, so that what the detector still remembers is what was just heard.
        for start in stride(from: 0, to: samples.count, by: VoiceWindow.samples) {
            try Task.checkCancellation()
            let step = Array(samples[start..<min(start + VoiceWindow.samples, samples.count)])
            let events = try detector.accept(step, at: position)
            position += Int64(step.count)
            try await current?.recognition.accept(step)
            for event in events {
                switch event {
                case .started(let begin) where current == nil:
                    let sound = detector.sound(since: detector.preRoll(before: begin))
                    let recognition = try await recogniser.begin(language: language)
                    try await recognition.accept(sound.samples)
                    current = (recognition, sound.position)
                case .ended(let end):
                    if let piece = try await self.end(at: min(position, end + Int64(Self.tail))) { pieces.append(piece) }
                default: break
                }
            }
        }
        return pieces
    }

    private mutating func end(at position: Int64) async throws -> TranscribedPiece? {
        guard let (recognition, start) = current else { return nil }
        current = nil
        let transcript = try await recognition.finish()
        computeSeconds += transcript.computeSeconds
        guard !transcript.text.isEmpty else { return nil }
        return TranscribedPiece(
            start: Double(start) / Double(Self.rate), end: Double(position) / Double(Self.rate), text: transcript.text)
    }
}
