import Foundation
import TestSupport
import Testing

@testable import AudioIO

@Suite struct WaveReaderTests {
    /// A WAV file as some program might have written it.
    private struct Wave {
        var tag = 1
        var channels = 1
        var rate = 16_000
        var bits = 16
        var extensible = false
        var before: [UInt8] = []
        var length: Int?
        var data: [UInt8] = []

        private func little(_ number: Int, _ count: Int) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
        }

        var bytes: [UInt8] {
            var format = little(extensible ? 0xFFFE : tag, 2) + little(channels, 2) + little(rate, 4)
            format += little(rate * channels * bits / 8, 4) + little(channels * bits / 8, 2) + little(bits, 2)
            if extensible {
                let rest: [UInt8] = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]
                format += little(22, 2) + little(bits, 2) + little(3, 4) + little(tag, 2) + rest
            }
            var body = Array("WAVEfmt ".utf8) + little(format.count, 4) + format
            body += before + Array("data".utf8) + little(length ?? data.count, 4) + data
            return Array("RIFF".utf8) + little(body.count, 4) + body
        }
    }

    private func read(_ wave: Wave) throws -> (samples: [Int16], rate: Int, channels: Int) {
        try read(wave.bytes)
    }

    private func read(_ bytes: [UInt8]) throws -> (samples: [Int16], rate: Int, channels: Int) {
        let folder = try TemporaryDirectory()
        let file = folder.file("x.wav")
        try Data(bytes).write(to: file)
        let reader = try WaveReader(path: file.path)
        var samples: [Int16] = []
        while case let next = try reader.read(atMost: 777), !next.isEmpty { samples += next }
        return (samples, reader.rate, reader.channels)
    }

    private func bytes<Number>(_ numbers: [Number]) -> [UInt8] { numbers.withUnsafeBytes { Array($0) } }

    @Test("all usual formats give the same sound")
    func formats() throws {
        let samples = Signal.tone(440, rate: 16_000, seconds: 0.5)
        let floats = samples.map { Float($0) / 32_768 }
        let three = samples.flatMap { sample -> [UInt8] in
            [0, UInt8(truncatingIfNeeded: sample), UInt8(truncatingIfNeeded: sample >> 8)]
        }
        let eight = samples.map { UInt8((Int($0) + 32_768) >> 8) }
        #expect(try read(Wave(data: bytes(samples))).samples == samples)
        #expect(try read(Wave(bits: 24, data: three)).samples == samples)
        #expect(try read(Wave(bits: 32, data: bytes(samples.map { Int32($0) << 16 }))).samples == samples)
        #expect(try read(Wave(tag: 3, bits: 32, data: bytes(floats))).samples == samples)
        #expect(try read(Wave(tag: 3, bits: 64, data: bytes(floats.map(Double.init)))).samples == samples)
        #expect(try read(Wave(bits: 24, extensible: true, data: three)).samples == samples)
        let coarse = try read(Wave(bits: 8, data: eight)).samples
        #expect(zip(coarse, samples).allSatisfy { abs(Int($0) - Int($1)) <= 256 })
    }

    @Test("eight channels of float are mixed to one")
    func eightChannels() throws {
        var frames: [Float] = []
        for frame in 0..<1000 { for channel in 1...8 { frames.append(Float(channel * frame) / 8000) } }
        let wave = try read(Wave(tag: 3, channels: 8, rate: 48_000, bits: 32, extensible: true, data: bytes(frames)))
        #expect(wave.channels == 8 && wave.rate == 48_000 && wave.samples.count == 1000)
        #expect(abs(Int(wave.samples[999]) - Int(0.5625 * 0.999 * 32_768)) <= 1)
    }

    @Test("numbers that are none, and those beyond the scale, do no harm")
    func wild() throws {
        let wave = try read(Wave(tag: 3, bits: 32, data: bytes([Float.nan, .infinity, 4, -4, 0.5])))
        #expect(wave.samples == [0, 0, 32_767, -32_768, 16_384])
    }

    @Test("a file that was cut off, or says no length, is read as far as it goes", arguments: [nil, 0, 0xFFFF_FFFF, 90_000])
    func cut(length: Int?) throws {
        let samples = Signal.tone(440, rate: 16_000, seconds: 0.1)
        #expect(try read(Wave(length: length, data: bytes(samples) + [7])).samples == samples)
    }

    @Test("what stands before the sound and after it is passed over")
    func chunks() throws {
        var wave = Wave(before: Array("LIST".utf8) + [3, 0, 0, 0] + [1, 2, 3, 0], data: bytes([Int16(1), 2, 3]))
        wave.length = 6
        wave.data += Array("junk".utf8)
        #expect(try read(wave).samples == [1, 2, 3])
    }

    static let useless: [(String, [UInt8], String)] = [
        ("nothing", [], "is empty"), ("text", Array("hello, this is no sound".utf8), "no WAV file"),
        ("a head alone", Array(WaveHeader.bytes(rate: 8000, samples: 0).prefix(36)), "no sound in it"),
        ("unknown samples", Wave(tag: 7, bits: 8, data: [1]).bytes, "format 7"),
        ("no rate", Wave(rate: 0, data: [1]).bytes, "0 Hz"), ("no channel", Wave(channels: 0, data: [1]).bytes, "0 channels"),
        ("sound without a description", Array("RIFF____WAVEdata____".utf8), "does not say"),
    ]

    @Test("what is none is refused in words that say why", arguments: useless)
    func refused(name: String, bytes: [UInt8], reason: String) throws {
        let error = #expect(throws: AudioError.self) { try read(bytes) }
        #expect(error?.code == .unsupported && error?.message.contains(reason) == true, "\(name): \(String(describing: error))")
    }

    @Test("no file, and a folder")
    func absent() throws {
        #expect(throws: AudioError.self) { try WaveReader(path: "/nonexistent/x.wav") }
        let folder = try TemporaryDirectory()
        let error = #expect(throws: AudioError.self) { try WaveReader(path: folder.url.path) }
        #expect(error?.code == .unsupported)
    }
}
