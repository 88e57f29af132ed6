import ArgumentParser
import AudioIO
import CompanionServices
import Foundation

/// What `sound` runs where the sound server is known. Not for people.
struct SoundDevicesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sound-devices", abstract: "Measures the devices of the environment.", shouldDisplay: false)

    @Option var microphone = "alsa:loop"
    @Option var loudspeaker = "alsa:speaker"
    @Option var seconds = 15.0
    @Option var models: String?
    /// Plays as well, and counts what both sides lose.
    @Flag var clean = false

    func run() async throws {
        let (ear, mouth) = (try AudioDeviceID(microphone), try AudioDeviceID(loudspeaker))
        guard clean else {
            try await listen(to: ear, beside: nil)
            return try await measureLoop(ear, mouth)
        }
        let sink = try await PlaybackSink(mouth)
        let lost = Task {
            var (gaps, frames) = (0, 0)
            for await case .gap(let count) in sink.events { (gaps, frames) = (gaps + 1, frames + count) }
            return (gaps, frames)
        }
        let playing = Task { try await play(on: sink) }
        try await listen(to: ear, beside: sink)
        playing.cancel()
        _ = await playing.result
        try await sink.close()
        let (gaps, frames) = await lost.value
        print("playback: \(gaps) underruns, \(frames * 1000 / sink.rate) ms missing")
    }

    /// A tone without an end.
    private func play(on sink: PlaybackSink) async throws {
        let item = PlaybackItemID(generation: 0, number: 0)
        let second = (0..<sink.rate).map { Int16(2000 * sin(2 * Double.pi * 440 * Double($0) / Double(sink.rate))) }
        while !Task.isCancelled { try await sink.enqueue(second, to: item) }
    }

    /// Listens as the program does while nobody speaks: echo taken away, voices looked for.
    private func listen(to ear: AudioDeviceID, beside sink: PlaybackSink?) async throws {
        let model: any VoiceActivityModel
        if let models {
            model = try SileroVoiceModel(ModelStore(folders: [URL(filePath: models)]))
        } else {
            model = EnergyVoiceModel()
        }
        var detector = VoiceActivityDetector(model: model)
        let canceller = try SpeexEchoCanceller()
        let silence = [Int16](repeating: 0, count: CapturedFrame.count)
        let capture = try await AudioCapture(ear)
        var late: [Double] = []
        var begun = (time: MonotonicTime.now, work: 0.0)
        for await frame in capture.subscribe() {
            if late.isEmpty { begun = (MonotonicTime.now, OwnProcess.work) }
            late.append(Double(MonotonicTime.now - frame.time - 10_000_000) / 1_000_000)
            _ = try detector.accept(canceller.process(frame.samples, played: silence), at: frame.position)
            if Double(MonotonicTime.now - begun.time) / 1e9 > seconds { break }
        }
        let elapsed = Double(MonotonicTime.now - begun.time) / 1e9
        let counts = capture.counts
        let times = Distribution(late)
        print(
            "capture: last sample of a frame to its listener  p50 \(format(times.median)) ms  p99 \(format(times.percentile(0.99))) ms"
        )
        let work = percent((OwnProcess.work - begun.work) / elapsed)
        let detection = (models == nil ? "loudness" : "Silero") + (sink == nil ? "" : ", while playing")
        print("listening: \(work) % of one core over \(format(elapsed)) s, voices by \(detection)")
        print("listening: \(try OwnProcess.resident() / 1024) MB resident, no recogniser")
        print("capture: \(counts.overruns) overruns, \(counts.lostSamples / 16) ms lost, \(counts.droppedFrames) frames dropped")
        try await capture.close()
    }

    private func measureLoop(_ ear: AudioDeviceID, _ mouth: AudioDeviceID) async throws {
        guard let echo = try await DeviceProbe(microphone: ear, loudspeaker: mouth).echo() else {
            throw ValidationError("the loudspeaker was not heard")
        }
        print("loop: handed to the loudspeaker to heard by the microphone  \(format(echo.loop)) ms")
        try await SilencingBenchmark.run(ear, mouth)
    }
}
