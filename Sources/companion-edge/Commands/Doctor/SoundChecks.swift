import AudioIO
import CompanionServices
import Foundation

/// Looks at what speaking aloud needs. None of it keeps the companion from working.
struct SoundChecks {
    let context: CommandContext

    func findings() async throws -> [Finding] {
        // The daemon is kept from sound devices, so what it sees is not what 'say' will find.
        guard context.daemon == nil else { return [voice()] }
        let devices = await DeviceList.all()
        return [voice(), sound(devices)]
    }

    private func voice() -> Finding {
        let program = EspeakSynthesiser.program
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        guard folders.contains(where: { access("\($0)/\(program)", X_OK) == 0 }) else {
            let missing = SpeechError.missing(program: program)
            return .warning("voice", missing.description, fix: missing.advice)
        }
        return .fine("voice", "\(program), for English and Urdu")
    }

    private func sound(_ devices: [AudioDevice]) -> Finding {
        let speakers = devices.count { if case .ready = $0.playback { true } else { false } }
        guard speakers > 0 else {
            let connect = "Connect one; 'companion-edge devices list' says what is there."
            return .warning(
                "sound", "no loudspeaker can be used now", fix: DeviceList.isForbidden ? AudioAdvice.joinGroup : connect)
        }
        return .fine("sound", speakers == 1 ? "one loudspeaker can be used" : "\(speakers) loudspeakers can be used")
    }
}
