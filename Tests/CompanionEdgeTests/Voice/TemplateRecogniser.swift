import AudioIO
import CompanionServices
import Foundation
import Synchronization

/// Recognises the sentences it was taught, by their sound, and nothing else: what is heard is compared with each of them, stretched
/// as need be. It listens for real, so what does not arrive is not recognised.
final class TemplateRecogniser: SpeechRecogniser {
    let languages: Set<Language> = [.english]
    private let templates: [(text: String, features: [[Float]])]

    /// - Parameter sentences: with their sound at 16 kHz.
    init(_ sentences: [(text: String, sound: [Int16])]) {
        templates = sentences.map { ($0.text, Self.features($0.sound)) }
    }

    func begin(language: Language) -> any Recognition { Hearing(recogniser: self) }

    private final class Hearing: Recognition {
        private let recogniser: TemplateRecogniser
        private let sound = Mutex<[Int16]>([])

        init(recogniser: TemplateRecogniser) { self.recogniser = recogniser }

        func accept(_ samples: [Int16]) { sound.withLock { $0 += samples } }

        func partial() -> String? { nil }

        func finish() -> Transcript {
            let sound = sound.withLock { $0 }
            return Transcript(
                text: recogniser.text(of: sound), language: .english, audioSeconds: Double(sound.count) / 16_000,
                computeSeconds: 0)
        }
    }

    /// The nearest sentence; empty for what is like none of them.
    func text(of sound: [Int16]) -> String {
        let heard = Self.features(sound)
        guard heard.count > 3 else { return "" }
        let best = templates.map { ($0.text, Self.distance($0.features, heard)) }.min { $0.1 < $1.1 }
        guard let best, best.1 < 1.4 else { return "" }
        return best.0
    }

    private static let window = (0..<640).map { 0.5 - 0.5 * cos(2 * Float.pi * Float($0) / 640) }
    private static let bands: [Float] = [250, 400, 600, 850, 1150, 1500, 2000, 2700, 3500]

    /// The shape of the spectrum every 20 ms, from the first loud moment to the last.
    private static func features(_ sound: [Int16]) -> [[Float]] {
        let frames = stride(from: 0, to: sound.count - window.count, by: window.count / 2).map { start in
            bands.map { band -> Float in
                let coefficient = 2 * cos(2 * Float.pi * band / 16_000)
                var (before, last): (Float, Float) = (0, 0)
                for (index, weight) in window.enumerated() {
                    let sample = Float(sound[start + index]) / 32_768 * weight
                    (before, last) = (last, sample + coefficient * last - before)
                }
                return log(last * last + before * before - coefficient * last * before + 1e-3)
            }
        }
        let levels = frames.map { $0.reduce(0, +) / Float(bands.count) }
        guard let loudest = levels.max(), loudest > -4 else { return [] }
        let loud = levels.indices.filter { levels[$0] > loudest - 4 }
        guard let first = loud.first, let last = loud.last else { return [] }
        return frames[first...last].map { frame in
            let mean = frame.reduce(0, +) / Float(frame.count)
            return frame.map { $0 - mean }
        }
    }

    /// How far apart two sentences are at their best alignment, per step and band.
    private static func distance(_ left: [[Float]], _ right: [[Float]]) -> Float {
        guard !left.isEmpty, !right.isEmpty else { return .infinity }
        var row = [Float](repeating: .infinity, count: right.count + 1)
        row[0] = 0
        for frame in left {
            var next = [Float](repeating: .infinity, count: right.count + 1)
            for (index, other) in right.enumerated() {
                let cost = zip(frame, other).reduce(Float(0)) { $0 + abs($1.0 - $1.1) } / Float(frame.count)
                next[index + 1] = cost + min(row[index], min(row[index + 1], next[index]))
            }
            row = next
            row[0] = .infinity
        }
        return (row.last ?? .infinity) / Float(left.count + right.count) * 2
    }
}
