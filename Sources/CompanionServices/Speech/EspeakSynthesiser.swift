import Foundation

/// The embedded voice: Debian's espeak-ng as a program of its own. Plain, but quick, small, and it reads English and Urdu.
package struct EspeakSynthesiser: SpeechSynthesiser {
    package static let program = "espeak-ng"
    private static let headerSize = 44

    private let voice: String?
    private let program: String

    /// - Parameters:
    ///   - voice: a name that espeak-ng knows; otherwise the language's own.
    ///   - program: the name under which espeak-ng is found.
    package init(voice: String? = nil, program: String = Self.program) {
        self.voice = voice
        self.program = program
    }

    package func speak(_ text: String, language: Language) -> AsyncThrowingStream<SynthesisedChunk, any Error> {
        AsyncThrowingStream { continuation in
            do {
                let name = try voiceName(for: language)
                let process = try SpeechProcess(
                    program, ["-v", name, "-s", "165", "--stdin", "--stdout"],
                    text: ReadAloudText.of(text, in: language))
                continuation.onTermination = { if case .cancelled = $0 { process.stop() } }
                // The reads block, so they have a thread of their own.
                let thread = Thread { continuation.finish(throwing: relay(process, voice: name, to: continuation)) }
                thread.name = "voice"
                thread.start()
            } catch {
                continuation.finish(throwing: error)
            }
        }
    }

    private func voiceName(for language: Language) throws(SpeechError) -> String {
        if let voice {
            // A name of letters cannot be an option or a path.
            guard voice.first?.isLetter == true, voice.allSatisfy({ $0.isLetter || $0.isNumber || "-_+".contains($0) }) else {
                throw .unknownVoice(voice)
            }
            return voice
        }
        return switch language {
        case .english: "en"
        case .urdu: "ur"
        case .romanUrdu: throw .unspoken(language)
        }
    }

    /// Hands on the sound as it comes; `nil` when all of it came.
    private func relay(
        _ process: SpeechProcess, voice: String, to continuation: AsyncThrowingStream<SynthesisedChunk, any Error>.Continuation
    ) -> SpeechError? {
        var bytes: [UInt8] = []
        var rate: Int?
        while true {
            let more = process.read()
            if more.isEmpty { break }
            bytes += more
            if rate == nil, bytes.count >= Self.headerSize {
                rate = (24..<28).reversed().reduce(0) { $0 << 8 | Int(bytes[$1]) }
                bytes.removeFirst(Self.headerSize)
            }
            guard let rate, bytes.count > 1 else { continue }
            let samples = stride(from: 0, to: bytes.count - 1, by: 2).map {
                Int16(bitPattern: UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8)
            }
            bytes.removeFirst(samples.count * 2)
            continuation.yield(SynthesisedChunk(samples: samples, rate: rate))
        }
        let (status, said) = process.end()
        if said.contains("voice does not exist") { return .unknownVoice(voice) }
        guard status == 0, rate != nil else { return .failed(program: program, said: String(said.prefix(300))) }
        return nil
    }
}
