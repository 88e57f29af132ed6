import ArgumentParser
import AudioIO
import CompanionServices
import Foundation

struct DevicesTest: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Try out the microphone and the loudspeaker, and say what is wrong with them.",
        discussion: """
            Listens to the quiet room, plays three chimes, listens to you, and plays that back. It tells a microphone that works \
            from one that is muted, silent, far too loud, or hears only the loudspeaker. Ends with status 1 when the microphone is \
            not good.

            EXAMPLES:
              companion-edge devices test
              companion-edge devices test --microphone alsa:hw:CARD=Device,DEV=0 --loudspeaker default
              companion-edge devices test --json
            """)
    static let place = CommandPlace.here

    @Option(help: ArgumentHelp("The microphone, if not the one of the settings; 'devices list' shows them.", valueName: "device"))
    var microphone: String?

    @Option(help: ArgumentHelp("The loudspeaker, likewise.", valueName: "device"))
    var loudspeaker: String?

    @Option(help: ArgumentHelp("How long to listen to you.", valueName: "seconds"))
    var seconds = 3.0

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var shared: SharedOptions

    mutating func validate() throws {
        guard seconds >= 1, seconds <= 60 else { throw ValidationError("Give between 1 and 60 seconds.") }
        for name in [microphone, loudspeaker].compactMap(\.self) { try DeviceName.check(name) }
    }

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        let microphone = microphone ?? context.configuration.microphone
        let loudspeaker = loudspeaker ?? context.configuration.loudspeaker
        let probe = DeviceProbe(
            microphone: try AudioDeviceID(microphone).resolved(in: context.workingDirectory),
            loudspeaker: try AudioDeviceID(loudspeaker).resolved(in: context.workingDirectory), speech: seconds)
        let findings: DeviceProbe.Findings
        do {
            findings = try await probe.run { step in try await context.warn(step.words) }
        } catch let error as AudioError where error.code == .notFound && DeviceList.isForbidden {
            throw CommandFailure(.permission, AudioAdvice.nothingUsable(isForbidden: true))
        }
        let report = DeviceTestReport(findings, microphone: microphone, loudspeaker: loudspeaker)
        if json {
            try await context.writeJSON(report)
        } else {
            try await context.output.write(report.text)
        }
        return findings.verdict == .good ? .ok : .failure
    }
}

extension DeviceProbe.Step {
    fileprivate var words: String {
        switch self {
        case .listening: "Please be quiet for a moment: listening to the room."
        case .chimes(let count): "Playing \(count) chimes."
        case .speak(let seconds): "Now say something, for \(seconds.formatted(.number)) seconds."
        case .playing: "This is what was heard."
        }
    }
}

/// What `devices test` prints.
struct DeviceTestReport: Encodable, Sendable {
    let microphone: String
    let loudspeaker: String
    let verdict: String
    let finding: String
    let advice: String?
    /// In dB below the loudest sine.
    let noise: Double
    let voice: Double
    let peak: Double
    let clippedPercent: Double
    /// Nothing when the loudspeaker was not heard.
    let echoGain: Double?
    let loopMilliseconds: Double?
    let lostSamples: Int

    enum CodingKeys: String, CodingKey {
        case microphone, loudspeaker, verdict, finding, advice
        case noise = "noise_db"
        case voice = "voice_db"
        case peak = "peak_db"
        case clippedPercent = "clipped_percent"
        case echoGain = "echo_gain_db"
        case loopMilliseconds = "loop_ms"
        case lostSamples = "lost_samples"
    }

    init(_ findings: DeviceProbe.Findings, microphone: String, loudspeaker: String) {
        (self.microphone, self.loudspeaker) = (microphone, loudspeaker)
        verdict = findings.verdict.rawValue
        finding = findings.verdict.sentence
        advice = findings.verdict.advice
        noise = Self.rounded(findings.quiet.noise)
        voice = Self.rounded(findings.speech.speech)
        peak = Self.rounded(findings.speech.peakLevel)
        clippedPercent = Self.rounded(findings.speech.clippedPercent)
        echoGain = findings.echo.map { Self.rounded($0.gain) }
        loopMilliseconds = findings.echo.map { Self.rounded($0.loop) }
        lostSamples = findings.counts.lostSamples
    }

    private static func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }

    var text: String {
        var lines = [
            "microphone   \(microphone)", "noise        \(noise) dB", "voice        \(voice) dB, peak \(peak) dB",
        ]
        if let echoGain, let loopMilliseconds {
            lines.append(
                "loudspeaker  \(loudspeaker), heard at \(echoGain) dB, \(loopMilliseconds) ms after it was asked to play")
        } else {
            lines.append("loudspeaker  \(loudspeaker), not heard by the microphone")
        }
        if lostSamples > 0 { lines.append("lost         \(lostSamples * 1000 / CapturedFrame.rate) ms of sound") }
        lines += ["", finding] + (advice.map { [$0] } ?? [])
        return lines.joined(separator: "\n") + "\n"
    }
}
