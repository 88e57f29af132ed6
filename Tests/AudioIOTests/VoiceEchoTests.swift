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

    /// A canceller that takes nothing, and notes what it was given.
    private final class Witness: EchoCanceller {
        var given: [[Int16]] = []

        func process(_ heard: [Int16], played: [Int16]) -> [Int16] {
            given.append(played)
            return heard
        }

        func reset() { given = [] }
    }

    private static func frames(_ sound: [Int16], at start: Int64 = 5_000_000_000, wavering: Int64 = 0) -> [CapturedFrame] {
        var generator = SeededGenerator(seed: 7)
        return stride(from: 0, to: sound.count - 159, by: 160).map {
            let wavering = wavering == 0 ? 0 : Int64.random(in: -wavering...wavering, using: &generator)
            return CapturedFrame(
                samples: Array(sound[$0..<$0 + 160]), position: Int64($0), time: start + Int64($0) * 62_500 + wavering)
        }
    }

    @Test("a canceller is given our sound without a seam, whatever the clocks of frames say, and follows one that is really off")
    func seamless() {
        let sound = (0..<64_000).map { Int16($0 % 30_000 + 1) }
        let witness = Witness()
        var own = OwnSound(witness)
        // The loudspeaker's account is a second ahead.
        let (ours, theirs) = (Self.frames(sound), Self.frames(sound, wavering: 2_000_000))
        for frame in ours.prefix(100) { own.gives(frame) }
        for (our, their) in zip(ours.dropFirst(100), theirs) {
            own.gives(our)
            _ = own.clean(their)
        }
        let given = witness.given.flatMap { $0 }
        #expect(given.count == 300 * 160 && zip(given, given.dropFirst()).allSatisfy { $1 == $0 % 30_000 + 1 })
        // 40 ms ahead of what is heard at the same time, give or take the wavering.
        #expect(abs(Int(given[0]) - Int(sound[640])) < 40)
        // By 20 ms no clock wavers.
        let late = CapturedFrame(samples: ours[0].samples, position: 48_000, time: 5_000_000_000 + 3_020_000_000)
        _ = own.clean(late)
        #expect(witness.given.last?.first == sound[48_000 + 320 + 640])
    }

    @Test("a clock that is put right moves nothing; time that was lost does, by as much as was lost")
    func corrected() {
        let sound = (0..<64_000).map { Int16($0 % 30_000 + 1) }
        let witness = Witness()
        var own = OwnSound(witness)
        func frame(_ number: Int64, off milliseconds: Int64 = 0) -> CapturedFrame {
            let start = Int(number) * 160
            return CapturedFrame(
                samples: Array(sound[start..<start + 160]), position: number * 160,
                time: 5_000_000_000 + number * 10_000_000 + milliseconds * 1_000_000)
        }
        // Both clocks are put right by 13 ms, against each other.
        for number: Int64 in 0..<60 {
            own.gives(frame(number, off: number < 30 ? 0 : 13))
            if number >= 10 { _ = own.clean(frame(number - 10, off: number < 40 ? 0 : -13)) }
        }
        let given = witness.given.flatMap { $0 }
        #expect(given.count == 50 * 160 && zip(given, given.dropFirst()).allSatisfy { $1 == $0 + 1 })
        // The microphone lost 30 ms.
        _ = own.clean(frame(53, off: -13))
        #expect(witness.given.last?.first == sound[53 * 160 + 640])
    }

    @Test("two clocks that drift apart: our sound stays where it is heard, with a seam a minute")
    func drifting() {
        let witness = Witness()
        var own = OwnSound(witness)
        let start = 5_000_000_000.0
        // 150 parts in a million fast, and as much slow: ten minutes.
        let (ours, theirs) = (10_000_000 * 1.000_15, 10_000_000 * 0.999_85)
        func frame(_ number: Int, _ duration: Double, _ samples: [Int16]) -> CapturedFrame {
            CapturedFrame(
                samples: samples, position: Int64(number) * 160, time: Int64(start + Double(number) * duration))
        }
        var given = 0
        var seams = 0
        var before: Int16 = 0
        var furthest = 0.0
        for number in 0..<60_000 {
            while given < number + 50 {
                own.gives(frame(given, ours, (0..<160).map { Int16((given * 160 + $0) % 30_000 + 1) }))
                given += 1
            }
            _ = own.clean(frame(number, theirs, [Int16](repeating: 1, count: 160)))
            guard let sound = witness.given.last, let last = sound.last else { continue }
            witness.reset()
            // Where the clock goes ahead of our sound there is a hole in it.
            let follows = (Int(before) + 159) % 30_000 + 1
            if number > 0, last != follows, before > 0 { seams += 1 }
            before = last
            guard let first = sound.first, first > 0 else { continue }
            // Where it ought to be by the clock, 40 ms ahead.
            let place = (Double(number) * theirs + 40_000_000) / ours * 160
            let distance = (Double(first) - 1 - place).truncatingRemainder(dividingBy: 30_000)
            furthest = max(furthest, min(abs(distance), 30_000 - abs(distance)))
        }
        #expect(furthest < 600, "\(furthest) samples away")
        #expect((8...12).contains(seams), "\(seams) seams")
    }

    @Test("before anything was to be heard, a clock that is put right is followed")
    func correctedInSilence() {
        let witness = Witness()
        var own = OwnSound(witness)
        func frame(_ value: Int16, _ number: Int64, off milliseconds: Int64 = 0) -> CapturedFrame {
            CapturedFrame(
                samples: [Int16](repeating: value, count: 160), position: number * 160,
                time: 5_000_000_000 + number * 10_000_000 + milliseconds * 1_000_000)
        }
        for number: Int64 in 0..<10 {
            own.gives(frame(0, number))
            _ = own.clean(frame(1, number, off: number < 5 ? 10 : 0))
        }
        own.gives(frame(7, 14))
        _ = own.clean(frame(1, 10))
        #expect(witness.given.last == [Int16](repeating: 7, count: 160))
    }

    @Test("while our loudspeaker is silent nothing is cleaned, unless there is noise to be lowered", arguments: [true, false])
    func resting(restsInSilence: Bool) {
        let witness = Witness()
        var own = OwnSound(witness, restsInSilence: restsInSilence)
        let silence = [Int16](repeating: 0, count: 16_000 * 5)
        for frame in Self.frames(Self.speechLike(seconds: 1, seed: 3), at: 7_000_000_000) { own.gives(frame) }
        for frame in Self.frames(silence) { #expect(own.clean(frame).heard == frame.samples) }
        // One second of sound, and one until the room is quiet for certain.
        #expect((180...210).contains(witness.given.count) == restsInSilence)
        #expect((witness.given.count == 500) != restsInSilence)
    }

    @Test("what is left of our own sound is known by how it runs, by a clock that drifts as well; somebody else's voice is not")
    func match() throws {
        let far = Self.speechLike(seconds: 4, seed: 11)
        let other = Self.speechLike(seconds: 4, seed: 12)
        // 300 parts in a million slower, and quiet.
        let steady = Self.echo(of: far, delay: 1_500)
        let echo = steady.indices.map { steady[Int(Double($0) * 0.9997)] / 8 }
        func likeness(_ heard: [Int16]) -> Float {
            var match = EchoMatch()
            for start in stride(from: 0, to: 48_000 + 4_000, by: 160) {
                match.add(heard: Array(heard[start..<start + 160]), own: Array(far[start..<start + 160]))
            }
            return match.likeness()
        }
        #expect(likeness(echo) > 0.7)
        #expect(likeness(other) < 0.35)
        // Somebody who is twice as loud as what is left of us.
        #expect(likeness(zip(echo, other).map { $0 + $1 / 4 }) < OwnSound.alike)
        #expect(likeness([Int16](repeating: 3, count: far.count)) == 0)
        // Our first word is known as soon as it is heard, and by another voice that was there before it is not taken for it.
        let early = 0..<5_600
        var first = EchoMatch()
        first.add(heard: Array(echo[early]), own: Array(far[early]))
        #expect(first.likeness() > 0.6)
        var over = EchoMatch()
        over.add(heard: Array(other[0..<8_000]), own: [Int16](repeating: 0, count: 8_000))
        over.add(heard: Array(other[8_000..<13_600]), own: Array(far[early]))
        #expect(over.likeness() < OwnSound.alike)
        #expect(EchoMatch().likeness() == 0)
    }

    @Test("the reference is found again by time: ahead, wavering, with holes")
    func reference() {
        var reference = EchoReference()
        #expect(reference.sound(at: 0, count: 2) == [0, 0])
        let start: Int64 = 5_000_000_000
        func add(_ value: Int16, position: Int64, at time: Int64) {
            reference.add(CapturedFrame(samples: [Int16](repeating: value, count: 160), position: position, time: time))
        }
        add(1, position: 0, at: start)
        add(2, position: 160, at: start + 10_000_000 + 2_000_000)
        #expect(reference.sound(at: start + 9_937_500, count: 3) == [1, 2, 2])
        add(3, position: 640, at: start + 40_000_000)
        #expect(reference.sound(at: start + 30_000_000, count: 1) == [0])
        #expect(reference.sound(at: start + 40_000_000, count: 1) == [3])
        #expect(reference.sound(at: start + 90_000_000, count: 1) == [0])
        #expect(reference.sound(at: start - 10_000_000, count: 1) == [0])
    }
}
