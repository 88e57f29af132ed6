import ArgumentParser
import AudioIO
import Foundation
import TestSupport

/// The cost of sound: Opus beside its library in a loop, and devices on a sound server of the benchmark's own.
struct SoundCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sound", abstract: "Opus beside its C library; latency and cost of capture and playback.",
        discussion: """
            The devices are those of a PulseAudio server that is started for it. --minutes N listens for so long beside --hogs
            busy processes, and counts what was lost.
            Example: companion-bench sound --minutes 10 --hogs 4
            """)

    @Option(help: "Minutes of a clean run; 0 for none.")
    var minutes = 0.0

    @Option(help: "Processes that take all the time they get during the clean run.")
    var hogs = 4

    func run() async throws {
        try OpusBenchmark.run()
        let server = try await SoundServer()
        func child(_ arguments: String...) async throws {
            let program = try ChildProcess(
                URL(filePath: "/proc/self/exe").resolvingSymlinksInPath(), ["sound-devices"] + arguments,
                environment: server.environment)
            program.closeInput()
            let ended = await program.ended()
            print(ended.output, terminator: "")
            guard ended.status == 0 else { throw ValidationError("the devices could not be measured: \(ended.errors)") }
        }
        try await child("--seconds", "15")
        guard minutes > 0 else { return }
        let busy = try (0..<hogs).map { _ in try ChildProcess(URL(filePath: "/bin/sh"), ["-c", "while :; do :; done"]) }
        defer { for process in busy { process.send(signal: SIGKILL) } }
        print("-- \(minutes) minutes beside \(hogs) busy processes")
        try await child("--seconds", "\(minutes * 60)", "--no-loop")
    }
}

/// What `sound` runs where the sound server is known. Not for people.
struct SoundDevicesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sound-devices", abstract: "Measures the devices of the environment.", shouldDisplay: false)

    @Option var microphone = "alsa:loop"
    @Option var loudspeaker = "alsa:speaker"
    @Option var seconds = 15.0
    @Flag(inversion: .prefixedNo) var loop = true

    func run() async throws {
        let (ear, mouth) = (try AudioDeviceID(microphone), try AudioDeviceID(loudspeaker))
        let capture = try await AudioCapture(ear)
        var late: [Double] = []
        var begun = (time: MonotonicTime.now, work: 0.0)
        for await frame in capture.subscribe() {
            if late.isEmpty { begun = (MonotonicTime.now, Self.work()) }
            late.append(Double(MonotonicTime.now - frame.time - 10_000_000) / 1_000_000)
            if Double(MonotonicTime.now - begun.time) / 1e9 > seconds { break }
        }
        let elapsed = Double(MonotonicTime.now - begun.time) / 1e9
        let counts = capture.counts
        let times = Distribution(late)
        print(
            "capture: last sample of a frame to its listener  p50 \(format(times.median)) ms  p99 \(format(times.percentile(0.99))) ms"
        )
        print("capture: \(percent((Self.work() - begun.work) / elapsed)) % of one core over \(format(elapsed)) s")
        print("capture: \(counts.overruns) overruns, \(counts.lostSamples / 16) ms lost, \(counts.droppedFrames) frames dropped")
        try await capture.close()
        guard loop else { return }
        guard let echo = try await DeviceProbe(microphone: ear, loudspeaker: mouth).echo() else {
            throw ValidationError("the loudspeaker was not heard")
        }
        print("loop: handed to the loudspeaker to heard by the microphone  \(format(echo.loop)) ms")
    }

    /// Seconds of processor time of this process so far.
    private static func work() -> Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
            + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
    }
}
