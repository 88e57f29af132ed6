import AudioIO
import Foundation
import TestSupport

@testable import CompanionServices

/// A synthetic person, and what somebody made of the words.
enum SpokenSound {
    static let rate = 16_000

    /// What `voice` makes of `text`, at 16 kHz, with a second of silence around it.
    static func of(
        _ text: String, by voice: any SpeechSynthesiser = EspeakSynthesiser(voice: "en-us"), language: Language = .english
    ) async throws -> [Int16] {
        var samples = [Int16](repeating: 0, count: rate / 2)
        var converter: RateConverter?
        for try await chunk in voice.speak(text, language: language) {
            let current = try converter ?? RateConverter(from: chunk.rate, to: rate)
            converter = current
            samples += current.convert(chunk.samples)
        }
        return samples + (converter?.finish() ?? []) + [Int16](repeating: 0, count: rate / 2)
    }

    /// Share of the words of `said` that are wrong, missing or too many in `heard`.
    static func errors(_ heard: String, in said: String) -> Double {
        func words(_ text: String) -> [String] {
            text.lowercased().split { !$0.isLetter && !$0.isNumber && $0 != "'" }.map(String.init)
        }
        let (a, b) = (words(said), words(heard))
        var row = Array(0...b.count)
        for (i, word) in a.enumerated() {
            var before = row[0]
            row[0] = i + 1
            for (j, other) in b.enumerated() {
                let change = before + (word == other ? 0 : 1)
                before = row[j + 1]
                row[j + 1] = min(change, row[j] + 1, before + 1)
            }
        }
        return Double(row[b.count]) / Double(max(1, a.count))
    }

    static var store: ModelStore {
        get throws { ModelStore(folders: [try SpeechModels.ready()]) }
    }
}
