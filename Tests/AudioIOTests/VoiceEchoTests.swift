import Foundation
import TestSupport
import Testing

@testable import AudioIO

@Suite struct VoiceEchoTests {
    /// Noise with the loudness of syllables.
    private static func speechLike(seconds: Int, seed: UInt64) -> [Int16] {
        var generator = SeededGenerator(seed: seed)
        var low = 0.0
        return (0..<(seconds * 16_000)).map { index in
            low = 0.85 * low + Double.random(in: -1...1, using: &generator)
            let syllable = max(0, sin(2 * .pi * 3.1 * Double(index) / 16_000))
            return Int16(2_500 * low * syllable)
        }
    }

    /// What a room gives back of it: three paths, the loudest 6 dB down.
    private static func echo(of sound: [Int16], delay: Int) -> [Int16] {
        sound.indices.map { index in
            func at(_ lag: Int) -> Double { index >= lag ? Double(sound[index - lag]) : 0 }
            return Int16(clamping: Int(0.5 * at(delay) + 0.2 * at(delay + 160) + 0.1 * at(delay + 700)))
        }
    }

    private static func run(_ canceller: any EchoCanceller, near: [Int16], far: [Int16]) -> [Int16] {
        stride(from: 0, to: near.count - 159, by: 160).flatMap {
            canceller.process(Array(near[$0..<$0 + 160]), played: Array(far[$0..<$0 + 160]))
        }
    }

    private static func level(_ samples: some Sequence<Int16>) -> Double { Double(EchoGate.level(Array(samples))) }

    @Test("our own sound is taken out, at whatever delay the devices have", arguments: [10, 60, 150])
    func cancelled(milliseconds: Int) throws {
        let far = Self.speechLike(seconds: 8, seed: 1)
        let near = Self.echo(of: far, delay: milliseconds * 16)
        let canceller = try SpeexEchoCanceller()
        let clean = Self.run(canceller, near: near, far: far)
        let late = 80_000..<128_000
        let gain = Self.level(near[late]) - Self.level(clean[late])
        #expect(gain > 25, "only \(gain) dB")
    }

    @Test("the person is still heard while we speak")
    func doubleTalk() throws {
        let far = Self.speechLike(seconds: 10, seed: 2)
        let echo = Self.echo(of: far, delay: 640)
        let voice = Signal.tone(440, rate: 16_000, seconds: 2, amplitude: 4_000)
        var near = echo
        for (offset, sample) in voice.enumerated() {
            near[112_000 + offset] = Int16(clamping: Int(near[112_000 + offset]) + Int(sample))
        }
        let canceller = try SpeexEchoCanceller()
        let clean = Self.run(canceller, near: near, far: far)
        let heard = Signal.amplitude(of: 440, in: Array(clean[116_000..<140_000]), rate: 16_000)
        #expect(heard > 1_600, "the voice came down from 4000 to \(heard)")
    }

    /// Something like vowels at 150 Hz: three of four seconds are pauses.
    private static func vowels(seconds: Int, amplitude: Double) -> [Int16] {
        (0..<(seconds * 16_000)).map { index in
            guard index / 16_000 % 4 == 3 else { return 0 }
            let time = Double(index) / 16_000
            let wave = (1...12).reduce(0.0) { $0 + sin(2 * .pi * 150 * Double($1) * time) / Double($1) }
            return Int16(amplitude * wave * (0.6 + 0.4 * sin(2 * .pi * 4 * time)))
        }
    }

    private static func noise(seconds: Int, amplitude: Double) -> [Int16] {
        var generator = SeededGenerator(seed: 5)
        return (0..<(seconds * 16_000)).map { _ in Int16(Double.random(in: -amplitude...amplitude, using: &generator)) }
    }

    private static func clean(_ near: [Int16], _ change: (inout SoundCleaning) -> Void) throws -> [Int16] {
        var settings = SoundCleaning()
        change(&settings)
        let canceller = try SpeexEchoCanceller(settings)
        return run(canceller, near: near, far: [Int16](repeating: 0, count: near.count))
    }

    @Test("steady noise is lowered by what was asked for, and the voice in it is kept", arguments: [0, 10, 20])
    func denoised(decibels: Int) throws {
        let (voice, noise) = (Self.vowels(seconds: 16, amplitude: 3_000), Self.noise(seconds: 16, amplitude: 500))
        let near = zip(voice, noise).map { Int16(clamping: Int($0) + Int($1)) }
        let clean = try Self.clean(near) { $0.noiseSuppression = decibels }
        // The last pause, and the last vowel.
        let (pause, vowel) = (13 * 16_000..<15 * 16_000 - 1_600, 15 * 16_000 + 3_200..<16 * 16_000 - 1_600)
        let lowered = Self.level(near[pause]) - Self.level(clean[pause])
        #expect(abs(lowered - Double(decibels)) < 4, "\(lowered) dB")
        for harmonic in [1.0, 2, 3] {
            let (before, after) = (
                Signal.amplitude(of: 150 * harmonic, in: Array(near[vowel]), rate: 16_000),
                Signal.amplitude(of: 150 * harmonic, in: Array(clean[vowel]), rate: 16_000)
            )
            #expect(abs(20 * log10(after / before)) < 3, "harmonic \(harmonic): \(before) became \(after)")
        }
    }

    @Test("a quiet voice is brought up, a loud one is not driven to the end of the scale; nobody is changed unasked")
    func gain() throws {
        let (quiet, loud) = (Self.vowels(seconds: 32, amplitude: 150), Self.vowels(seconds: 32, amplitude: 9_000))
        let vowel = 31 * 16_000 + 3_200..<32 * 16_000 - 1_600
        func gain(_ near: [Int16], _ isOn: Bool) throws -> Double {
            let clean = try Self.clean(near) { $0.automaticGain = isOn }
            #expect(clean[vowel].allSatisfy { abs(Int($0)) < 32_000 })
            return Self.level(clean[vowel]) - Self.level(near[vowel])
        }
        let (raised, kept, untouched) = (try gain(quiet, true), try gain(loud, true), try gain(quiet, false))
        #expect(raised > 10 && kept < 3, "\(raised) dB, \(kept) dB")
        #expect(abs(untouched) < 1.5, "\(untouched) dB")
    }

    @Test("silence stays silence, and frames of another size pass unchanged")
    func edges() throws {
        let canceller = try SpeexEchoCanceller()
        let silence = [Int16](repeating: 0, count: 160)
        #expect(canceller.process(silence, played: silence).allSatisfy { abs($0) < 2 })
        #expect(canceller.process([1, 2, 3], played: silence) == [1, 2, 3])
        canceller.reset()
    }

    @Test("the gate takes what is as loud as our echo for us, what is louder for somebody, and leaves quiet rooms alone")
    func gate() {
        var gate = EchoGate()
        let own = Signal.tone(300, rate: 16_000, seconds: 0.01, amplitude: 8_000)
        let residue = own.map { $0 / 10 }
        let silence = [Int16](repeating: 0, count: 160)
        #expect(gate.caution(heard: residue, played: silence) == 0)
        // The room gives back 20 dB less, which is learned within some seconds.
        for _ in 0..<600 { _ = gate.caution(heard: residue, played: own) }
        #expect((15...22).contains(gate.loss), "learned \(gate.loss) dB")
        #expect(gate.caution(heard: residue, played: own) > 0.4)
        #expect(gate.caution(heard: own.map { $0 / 2 }, played: own) == 0.1)
        // The echo's tail, then nothing.
        #expect(gate.caution(heard: residue.map { $0 / 4 }, played: silence) > 0.4)
        for _ in 0..<30 { _ = gate.caution(heard: silence, played: silence) }
        #expect(gate.caution(heard: residue, played: silence) == 0)
    }

    @Test("the reference is found again by time: ahead, wavering, with holes")
    func reference() {
        var reference = EchoReference()
        #expect(reference.sound(at: 0, count: 2) == [0, 0])
        let start: Int64 = 5_000_000_000
        reference.add([Int16](repeating: 1, count: 160), at: start)
        reference.add([Int16](repeating: 2, count: 160), at: start + 10_000_000 + 2_000_000)
        #expect(reference.sound(at: start + 9_937_500, count: 3) == [1, 2, 2])
        reference.add([Int16](repeating: 3, count: 160), at: start + 40_000_000)
        #expect(reference.sound(at: start + 30_000_000, count: 1) == [0])
        #expect(reference.sound(at: start + 40_000_000, count: 1) == [3])
        #expect(reference.sound(at: start + 90_000_000, count: 1) == [0])
        #expect(reference.sound(at: start - 10_000_000, count: 1) == [0])
    }
}
