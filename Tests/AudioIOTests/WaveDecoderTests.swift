import Foundation
import TestSupport
import Testing

@testable import AudioIO

@Suite struct WaveDecoderTests {
    /// A WAV file made by hand.
    struct File {
        var kind = 1
        var channels = 1
        var rate = 16_000
        var bits = 16
        var sound: [UInt8] = []
        var isExtensible = false
        /// What the header says; the truth otherwise.
        var size: Int?
        var chunkBefore: [UInt8] = []

        var bytes: [UInt8] {
            func little(_ number: Int, _ count: Int) -> [UInt8] {
                (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
            }
            let frame = channels * bits / 8
            var format = little(isExtensible ? 0xFFFE : kind, 2) + little(channels, 2) + little(rate, 4) + little(rate * frame, 4)
            format += little(frame, 2) + little(bits, 2)
            if isExtensible {
                format += little(22, 2) + little(bits, 2) + little(0, 4) + little(kind, 2)
                format += [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]
            }
            return Array("RIFF".utf8) + little(36 + sound.count, 4) + Array("WAVE".utf8) + chunkBefore + Array("fmt ".utf8)
                + little(format.count, 4) + format + Array("data".utf8) + little(size ?? sound.count, 4) + sound
        }
    }

    /// Decodes in pieces of `step` bytes.
    private func decode(_ bytes: [UInt8], step: Int = 7) throws -> (samples: [Int16], decoder: WaveDecoder) {
        var decoder = WaveDecoder(name: "a.wav")
        var samples: [Int16] = []
        for start in stride(from: 0, to: bytes.count, by: step) {
            samples += try decoder.add(Array(bytes[start..<min(bytes.count, start + step)]))
        }
        try decoder.finish()
        return (samples, decoder)
    }

    private static func bytes<Number>(_ numbers: [Number]) -> [UInt8] { numbers.withUnsafeBytes { Array($0) } }

    @Test("every kind of sample gives the same sound")
    func kinds() throws {
        // 0, a half, minus a half, full scale both ways.
        let expected: [Int16] = [0, 16_384, -16_384, 32_767, -32_768]
        let files: [File] = [
            File(bits: 8, sound: [128, 192, 64, 255, 0]), File(bits: 16, sound: Self.bytes(expected)),
            File(bits: 24, sound: [0, 0, 0, 0, 0, 0x40, 0, 0, 0xC0, 0xFF, 0xFF, 0x7F, 0, 0, 0x80]),
            File(bits: 32, sound: Self.bytes([0, 1 << 30, -1 << 30, Int32.max, Int32.min])),
            File(kind: 3, bits: 32, sound: Self.bytes([0, 0.5, -0.5, 1, -1] as [Float])),
            File(kind: 3, bits: 64, sound: Self.bytes([0, 0.5, -0.5, 3, -.infinity] as [Double])),
        ]
        for var file in files {
            for isExtensible in [false, true] {
                file.isExtensible = isExtensible
                let samples = try decode(file.bytes).samples
                #expect(samples.count == 5)
                for (sample, wanted) in zip(samples, expected) where file.bits != 64 || wanted > -32_768 {
                    #expect(abs(Int(sample) - Int(wanted)) <= (file.bits == 8 ? 255 : 1), "\(file.kind) \(file.bits)")
                }
            }
        }
        #expect(try decode(files[5].bytes).samples.last == 0, "infinity is no sound")
    }

    @Test("eight channels of floating point become their mean")
    func channels() throws {
        let frames = (0..<100).flatMap { _ in [0.8, 0, 0, 0, 0, 0, 0, 0] as [Float] }
        let (samples, decoder) = try decode(
            File(kind: 3, channels: 8, rate: 96_000, bits: 32, sound: Self.bytes(frames), isExtensible: true).bytes, step: 50)
        #expect(decoder.rate == 96_000)
        #expect(samples == [Int16](repeating: 3277, count: 100))
    }

    @Test("pieces of any size, chunks that mean nothing here, and what follows the sound", arguments: [1, 2, 13, 100_000])
    func pieces(step: Int) throws {
        let sound = (0..<1000).map { Int16($0) }
        // An odd chunk is filled up to an even length.
        let before = Array("LIST".utf8) + [5, 0, 0, 0] + Array("hello\0".utf8)
        let bytes = File(sound: Self.bytes(sound), chunkBefore: before).bytes + Array("LIST".utf8) + [4, 0, 0, 0, 1, 2, 3, 4]
        let (samples, decoder) = try decode(bytes, step: step)
        #expect(samples == sound && !decoder.isTruncated)
    }

    @Test("a file that ends early, and one whose length nobody knew, are read as far as they go")
    func cut() throws {
        let sound = Self.bytes((0..<100).map { Int16($0) })
        let short = try decode(File(sound: sound, size: 5000).bytes)
        #expect(short.samples.count == 100 && short.decoder.isTruncated)
        for size in [0, 0xFFFF_FFFF, 0x7FFF_FFFF] {
            let piped = try decode(File(sound: sound + [1], size: size).bytes)
            #expect(piped.samples.count == 100 && !piped.decoder.isTruncated)
        }
    }

    @Test("what is no WAV file, or one that cannot be read, is told apart")
    func refused() throws {
        #expect(throws: WaveError.empty) { try decode([]) }
        #expect(throws: WaveError.notWave) { try decode(Array("ID3\u{4}".utf8)) }
        #expect(throws: WaveError.notWave) { try decode(Array("RIFF\0\0\0\0AVI LIST".utf8)) }
        #expect(throws: WaveError.notWave) { try decode(Array("RIF".utf8)) }
        #expect(throws: WaveError.noSound) { try decode(Array(File().bytes.prefix(20))) }
        for file in [File(kind: 85), File(channels: 65), File(bits: 12), File(rate: 0), File(kind: 3, bits: 16)] {
            #expect {
                try decode(file.bytes)
            } throws: { error in
                guard case WaveError.unreadable(let reason) = error else { return false }
                return reason.message.contains("a.wav")
            }
        }
        let early = Array("RIFF\0\0\0\0WAVEdata".utf8) + [4, 0, 0, 0, 1, 2, 3, 4]
        #expect(throws: WaveError.badHeader("its sound comes before its format")) { try decode(early) }
    }

    @Test("damaged headers are refused or read, and never worse")
    func damaged() {
        var generator = SeededGenerator(seed: 11)
        let whole = File(sound: Self.bytes((0..<50).map { Int16($0) }), isExtensible: true).bytes
        for _ in 0..<3000 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                bytes[Int.random(in: 0..<68, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            bytes = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &generator)))
            do {
                let samples = try decode(bytes, step: Int.random(in: 1...40, using: &generator)).samples
                #expect(samples.count <= 110)
            } catch {
                #expect(error is WaveError)
            }
        }
    }
}
