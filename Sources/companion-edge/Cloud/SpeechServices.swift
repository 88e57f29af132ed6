import CompanionServices
import Foundation
import Logging
import Networking

/// The services that speak for the companion, by the settings. Nothing is opened or asked before there is something to say.
struct SpeechServices: Sendable {
    let voices: SpeechRungs<any SpeechSynthesiser>
    /// What `doctor` asks.
    let uplift: UpliftVoice?

    init(_ configuration: Configuration, logger: Logger) {
        let tuning = SpeechTuning(patience: configuration.speechPatience)
        let options = CurlTransport.Options(
            certificateAuthorities: configuration.authorities, userAgent: "companion-edge/\(ProgramVersion.text)")
        var voices: [SpeechRung<any SpeechSynthesiser>] = []
        var watch: NetworkWatch?
        func network(to host: String?) -> any NetworkWatching {
            guard !HomeNetwork.holds(host ?? "") else { return AlwaysOnline() }
            let known = watch ?? NetworkWatch()
            watch = known
            return known
        }
        if let key = configuration.upliftKey, let address = configuration.upliftBaseURL {
            let server = UpliftServer(address: address, key: key, voice: configuration.upliftVoice)
            let voice = UpliftVoice(server, options: options)
            uplift = voice
            voices.append(
                SpeechRung(
                    name: "Uplift", kind: .cloud, languages: UpliftVoice.languages, network: network(to: address.host()),
                    engine: voice))
        } else {
            uplift = nil
        }
        self.voices = SpeechRungs(voices, tuning: tuning, logger: logger)
    }

    /// The voices of services, and below them one of this device.
    func voice(above floor: any SpeechSynthesiser) -> any SpeechSynthesiser {
        voices.isEmpty ? floor : VoiceLadder(voices, above: floor)
    }
}
