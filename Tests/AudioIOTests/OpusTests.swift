import Foundation
import TestSupport
import Testing

@testable import AudioIO

@Suite struct OpusTests {
    /// What comes out of the codec, whole, for a sound of whole frames.
    private func through(_ sound: [Int16], _ settings: OpusSettings, losing lost: Set<Int> = [], recovers: Bool = true) throws
        -> [Int16]
    {
        var encoder = try OpusEncoder(settings)
        var decoder = try OpusDecoder(rate: settings.rate, channels: settings.channels)
        let size = settings.frame * settings.channels
        let packets = try stride(from: 0, to: sound.count - size + 1, by: size).map { start in
            try encoder.encode(Array(sound[start..<(start + size)]))
        }
        var output: [Int16] = []
        for (number, packet) in packets.enumerated() {
            guard lost.contains(number) else {
                output += try decoder.decode(packet)
                continue
            }
            let next = number + 1 < packets.count && !lost.contains(number + 1) && recovers ? packets[number + 1] : nil
            output += try decoder.conceal(next: next)
        }
        return output
    }

    /// Something with the pitch and the changes of a voice.
    private func voice(seconds: Double) -> [Int16] {
        (0..<Int(seconds * 16_000)).map { index in
            let time = Double(index) / 16_000
            let phase = 2 * Double.pi * (140 * time + 6 * sin(2 * .pi * 1.3 * time))
            let sum = (1...12).reduce(0.0) { $0 + sin(phase * Double($1)) / Double($1) }
            return Int16(4000 * sum * (0.6 + 0.4 * sin(2 * .pi * 3 * time)))
        }
    }

    private func energy(_ samples: ArraySlice<Int16>) -> Double {
        samples.reduce(0) { $0 + Double($1) * Double($1) } / Double(max(1, samples.count))
    }

    @Test("a tone comes out as the tone that went in", arguments: [16_000, 24_000, 48_000])
    func tone(rate: Int) throws {
        var settings = OpusSettings.call
        settings.rate = rate
        // A tone without end counts as noise, which is not sent as it is.
        settings.isDiscontinuous = false
        let output = try through(Signal.tone(440, rate: rate, seconds: 2), settings)
        #expect(output.count == rate * 2)
        let steady = Array(output[(rate / 2)..<(rate * 3 / 2)])
        #expect(Signal.signalToNoise(of: 440, in: steady, rate: rate) > 20)
        #expect(abs(Signal.amplitude(of: 440, in: steady, rate: rate) - 10_000) < 1000)
    }

    @Test("speech at 24 kbit/s takes about as many bytes, and silence hardly any")
    func size() throws {
        var encoder = try OpusEncoder(.call)
        func bytes(_ sound: [Int16]) throws -> Int {
            try stride(from: 0, to: sound.count, by: 320).reduce(0) {
                $0 + (try encoder.encode(Array(sound[$1..<($1 + 320)]))).count
            }
        }
        let speech = try bytes(voice(seconds: 4))
        #expect((6000...18_000).contains(speech), "\(speech) bytes for four seconds")
        _ = try bytes([Int16](repeating: 0, count: 16_000))
        #expect(try bytes([Int16](repeating: 0, count: 32_000)) < 600)
    }

    @Test("a packet that was lost is nearly restored from the one after it")
    func recovery() throws {
        let sound = voice(seconds: 3)
        let lost: Set = [60, 75, 90, 105, 120]
        let whole = try through(sound, .call)
        func error(_ output: [Int16]) -> Double {
            lost.reduce(0.0) { sum, number in
                let range = (number * 320)..<(number * 320 + 320)
                return sum + energy(range.map { Int16(clamping: Int(output[$0]) - Int(whole[$0])) }[...]) / energy(whole[range])
            } / Double(lost.count)
        }
        let (corrected, concealed) = (
            try through(sound, .call, losing: lost), try through(sound, .call, losing: lost, recovers: false)
        )
        #expect(corrected.count == whole.count && concealed.count == whole.count, "no time is lost")
        #expect(error(corrected) < 0.5 && error(corrected) < error(concealed), "\(error(corrected)) and \(error(concealed))")
        for number in lost {
            #expect(
                energy(concealed[(number * 320)..<(number * 320 + 320)]) > 0.1
                    * energy(whole[(number * 320)..<(number * 320 + 320)]))
        }
    }

    @Test("many lost packets fade out, and speech comes back")
    func fading() throws {
        let output = try through(voice(seconds: 3), .call, losing: Set(50..<80))
        #expect(output.count == 48_000)
        #expect(energy(output[(51 * 320)..<(52 * 320)]) > 100_000)
        #expect(output[(54 * 320)..<(79 * 320)].allSatisfy { $0 == 0 })
        #expect(energy(output[(79 * 320)..<(80 * 320)]) > 10_000, "the last one is known from the packet after it")
        #expect(energy(output[(100 * 320)...]) > 1_000_000)
    }

    @Test("what is no packet is refused, and the decoder goes on")
    func refused() throws {
        var decoder = try OpusDecoder(rate: 16_000, channels: 1)
        #expect(throws: AudioError.self) { try decoder.decode([]) }
        #expect(throws: AudioError.self) { try decoder.decode([UInt8](repeating: 0xFF, count: 3)) }
        var encoder = try OpusEncoder(.call)
        #expect(try decoder.decode(encoder.encode([Int16](repeating: 0, count: 320))).count == 320)
        #expect(throws: AudioError.self) { try encoder.encode([1, 2, 3]) }
        var settings = OpusSettings.call
        settings.rate = 44_100
        #expect(throws: AudioError.self) { _ = try OpusEncoder(settings) }
    }

    // MARK: Files

    /// The person says 500 Hz, the companion 1,500 Hz.
    private func conversation(seconds: Double) -> [Int16] {
        zip(Signal.tone(500, rate: 16_000, seconds: seconds), Signal.tone(1500, rate: 16_000, seconds: seconds)).flatMap {
            [$0, $1]
        }
    }

    private func channel(_ number: Int, of samples: [Int16]) -> [Int16] {
        stride(from: number, to: samples.count, by: 2).map { samples[$0] }
    }

    private func write(_ sound: [Int16], to path: String) throws {
        let writer = try OggOpusWriter(path: path)
        for start in stride(from: 0, to: sound.count, by: 2 * 777) {
            try writer.write(Array(sound[start..<min(start + 2 * 777, sound.count)]))
        }
        try writer.finish()
    }

    @Test(
        "a recording has the person on the left and the companion on the right, and is as long as it was",
        arguments: [0.5, 3.217])
    func stereo(seconds: Double) throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("turn.opus").path
        try write(conversation(seconds: seconds), to: path)
        let reader = try OggOpusReader(path: path, rate: 48_000)
        let samples = try reader.readToEnd()
        #expect(reader.channels == 2)
        #expect(samples.count / 2 == Int(seconds * 16_000) * 3, "to the sample")
        for (number, frequency) in [(0, 500.0), (1, 1500.0)] {
            let side = Array(channel(number, of: samples)[9600..<(9600 + 9600)])
            #expect(abs(Signal.amplitude(of: frequency, in: side, rate: 48_000) - 10_000) < 1500)
            #expect(Signal.amplitude(of: 2000 - frequency, in: side, rate: 48_000) < 300)
        }
    }

    @Test("Debian's own tools read it")
    func foreign() async throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("turn.opus").path
        try write(conversation(seconds: 2), to: path)
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/opusinfo") else { return }
        let info = try await ChildProcess.run(URL(filePath: "/usr/bin/opusinfo"), [path])
        #expect(info.status == 0 && info.output.contains("Channels: 2") && !info.output.contains("WARNING"), "\(info.output)")
        let decoded = try await ChildProcess.run(URL(filePath: "/usr/bin/opusdec"), [path, folder.file("x.wav").path])
        #expect(decoded.status == 0, "\(decoded.errors)")
        let reader = try WaveReader(path: folder.file("x.wav").path)
        #expect(reader.channels == 2)
    }

    @Test("a file that was cut anywhere plays to its last second", arguments: [0.3, 0.55, 0.8, 0.97])
    func cut(part: Double) throws {
        let folder = try TemporaryDirectory()
        let (path, short) = (folder.file("turn.opus").path, folder.file("cut.opus"))
        try write(conversation(seconds: 8), to: path)
        let bytes = try Data(contentsOf: URL(filePath: path))
        try bytes.prefix(Int(Double(bytes.count) * part)).write(to: short)
        let reader = try OggOpusReader(path: short.path, rate: 16_000)
        let seconds = Double(try reader.readToEnd().count) / 32_000
        #expect(seconds > 8 * part - 1.3 && seconds <= 8)
    }

    @Test("a writer that died left all but its last second")
    func died() throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("turn.opus").path
        let writer = try OggOpusWriter(path: path)
        try writer.write(conversation(seconds: 4.5))
        // Nobody finishes it; what is on the disk is read beside it.
        let reader = try OggOpusReader(path: path, rate: 16_000)
        let samples = try reader.readToEnd()
        #expect(samples.count / 2 >= 4 * 16_000 - 320)
        #expect(Signal.amplitude(of: 500, in: Array(channel(0, of: samples)[16_000..<48_000]), rate: 16_000) > 8500)
        try writer.write([0, 0])
    }

    @Test("a damaged page costs what was on it, and no more")
    func damaged() throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("turn.opus").path
        try write(conversation(seconds: 6), to: path)
        var bytes = try Data(contentsOf: URL(filePath: path))
        bytes[bytes.count / 2] ^= 0xFF
        let broken = folder.file("broken.opus")
        try bytes.write(to: broken)
        let reader = try OggOpusReader(path: broken.path, rate: 16_000)
        let seconds = Double(try reader.readToEnd().count) / 32_000
        #expect(seconds > 4.5 && seconds < 6.1)
    }

    @Test("other files are refused", arguments: ["", "OggS", "hello, this is no sound at all"])
    func others(text: String) throws {
        let folder = try TemporaryDirectory()
        let file = folder.file("x.opus")
        try Data(text.utf8).write(to: file)
        let error = #expect(throws: AudioError.self) { _ = try OggOpusReader(path: file.path) }
        #expect(error?.code == .unsupported)
        #expect(throws: AudioError.self) { _ = try OggOpusWriter(path: file.path) }
    }
}
