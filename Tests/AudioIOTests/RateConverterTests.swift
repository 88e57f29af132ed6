import Testing

@testable import AudioIO

@Suite struct RateConverterTests {
    static let rates = [(22_050, 48_000), (48_000, 16_000), (44_100, 16_000), (16_000, 48_000), (8_000, 44_100)]

    @Test("a tone stays the tone it was, as long and as loud, without noise", arguments: rates)
    func tone(from: Int, to: Int) throws {
        let converter = try RateConverter(from: from, to: to)
        let input = Signal.tone(1000, rate: from, seconds: 1)
        var output: [Int16] = []
        // In pieces of odd sizes, as voices give them.
        for start in stride(from: 0, to: input.count, by: 777) {
            output += converter.convert(Array(input[start..<min(start + 777, input.count)]))
        }
        output += converter.finish()
        #expect(abs(output.count - to) <= 2)
        // Whole periods from the middle; the tone begins and ends abruptly.
        let middle = Array(output[(to / 10)..<(to / 10 * 9)])
        #expect(abs(Signal.amplitude(of: 1000, in: middle, rate: to) - 10_000) < 50)
        #expect(Signal.signalToNoise(of: 1000, in: middle, rate: to) > 70)
    }

    @Test("what a lower rate cannot hold does not come back as another tone")
    func aliases() throws {
        let converter = try RateConverter(from: 48_000, to: 16_000)
        let output = converter.convert(Signal.tone(11_000, rate: 48_000, seconds: 1))
        let middle = Array(output[1600..<14_400])
        #expect(Signal.amplitude(of: 5000, in: middle, rate: 16_000) < 3)
    }

    @Test("the first sample out is the first that went in")
    func alignment() throws {
        var input = [Int16](repeating: 0, count: 4800)
        input[2400] = 20_000
        let converter = try RateConverter(from: 48_000, to: 16_000)
        let output = converter.convert(input) + converter.finish()
        let peak = output.indices.max { output[$0] < output[$1] }
        #expect(peak == 800)
    }

    @Test("silence within the sound changes nothing of what comes after it", arguments: [48_000, 44_100])
    func silence(rate: Int) throws {
        let tone = Signal.tone(440, rate: rate, seconds: 0.123)
        let input = tone + [Int16](repeating: 0, count: rate / 2) + tone
        func output(inPiecesOf size: Int) throws -> [Int16] {
            let converter = try RateConverter(from: rate, to: 16_000)
            let output = stride(from: 0, to: input.count, by: size).flatMap {
                converter.convert(Array(input[$0..<min($0 + size, input.count)]))
            }
            return output + converter.finish()
        }
        // What is no part of a whole number of samples has to be filtered, silent or not.
        let filtered = try output(inPiecesOf: 101)
        #expect(try output(inPiecesOf: rate / 100) == filtered)
        #expect(abs(filtered.count - input.count * 16_000 / rate) <= 2)
    }

    @Test("the same rate changes nothing")
    func identity() throws {
        let input = Signal.tone(440, rate: 16_000, seconds: 0.1)
        let converter = try RateConverter(from: 16_000, to: 16_000)
        #expect(converter.convert(input) + converter.finish() == input)
    }
}
