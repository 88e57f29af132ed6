import AudioIO
import Foundation
import Testing

@testable import CompanionServices

@Suite struct SpeechBytesTests {
    private let samples: [Int16] = [1, -2, 300, -400, 32_767, -32_768, 0]

    private func read(_ data: Data, piece: Int) throws -> (samples: [Int16], rates: Set<Int>) {
        var bytes = SpeechBytes(rate: 22_050)
        var (found, rates): ([Int16], Set<Int>) = ([], [])
        for start in stride(from: 0, to: data.count, by: piece) {
            guard let chunk = try bytes.add(Data(data[start..<min(start + piece, data.count)])) else { continue }
            found += chunk.samples
            rates.insert(chunk.rate)
        }
        return (found, rates)
    }

    private var raw: Data { Data(samples.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }) }

    @Test("raw samples come out whole, however the network cuts them", arguments: [1, 3, 5, 100])
    func rawSamples(piece: Int) throws {
        let (found, rates) = try read(raw, piece: piece)
        #expect(found == samples && rates == [22_050])
    }

    @Test("a WAV file tells its own rate, and its header is not heard", arguments: [1, 7, 100])
    func wave(piece: Int) throws {
        let (found, rates) = try read(Data(WaveHeader.bytes(rate: 24_000, samples: samples.count)) + raw, piece: piece)
        #expect(found == samples && rates == [24_000])
    }

    @Test(
        "what is no sound that can be played is not played as noise",
        arguments: ["ID3\u{4}abc", "OggSabc", "{\"error\"", "<html>"])
    func others(text: String) {
        #expect(throws: LanguageModelError.self) { try read(Data(text.utf8), piece: 2) }
    }
}
