import CompanionServices
import Foundation
import Logging
import Networking

/// The services that speak and hear for the companion, by the settings. Nothing is opened or asked before there is something to say.
struct SpeechServices: Sendable {
    /// What `doctor` asks about.
    struct Place: Sendable {
        /// `voice`, `hearing` or `wake word`.
        let subject: String
        /// As people know it.
        let name: String
        /// What somebody has to look at when it does not work.
        let setting: ConfigurationKey
        /// What is there, if there is more to tell than its name; throws when it cannot be used.
        let check: @Sendable () async throws -> String?
    }

    let voices: SpeechRungs<any SpeechSynthesiser>
    let recognisers: SpeechRungs<any SpeechRecogniser>
    let places: [Place]
    private let wakeWord: WyomingPeer?

    /// - Parameters:
    ///   - pool: what they are asked over, where that is HTTP; it probes them.
    ///   - tuning: how long they may take; what the settings say where it is nil.
    init(_ configuration: Configuration, pool: ConnectionPool, tuning: SpeechTuning? = nil, logger: Logger) {
        var plan = SpeechPlan(configuration, pool)
        plan.addUplift()
        plan.addOpenAI()
        plan.addWyoming()
        let tuning = tuning ?? SpeechTuning(patience: configuration.speechPatience)
        voices = SpeechRungs(plan.voices, tuning: tuning, logger: logger)
        recognisers = SpeechRungs(plan.recognisers, tuning: tuning, logger: logger)
        places = plan.places
        wakeWord = plan.wakeWord
    }

    /// The voices of services, and below them one of this device.
    func voice(above floor: any SpeechSynthesiser) -> any SpeechSynthesiser {
        voices.isEmpty ? floor : VoiceLadder(voices, above: floor)
    }

    /// The recognisers of services, and below them that of this device.
    func recogniser(above floor: any SpeechRecogniser) -> any SpeechRecogniser {
        recognisers.isEmpty ? floor : HearingLadder(recognisers, above: floor)
    }

    /// A service's wake word, with the device's own below it; throws where there is neither.
    func wakeWord(_ names: [String], own: () throws -> any WakeWordDetector, logger: Logger) throws -> any WakeWordDetector {
        guard let wakeWord else { return try own() }
        var below: (any WakeWordDetector)?
        do {
            below = try own()
        } catch {
            logger.info("only the service hears the wake word", metadata: ["why": "\(error)"])
        }
        return WyomingWakeWord(wakeWord, names: names, own: below, logger: logger)
    }
}

/// The services of the settings, best first.
private struct SpeechPlan {
    var voices: [SpeechRung<any SpeechSynthesiser>] = []
    var recognisers: [SpeechRung<any SpeechRecogniser>] = []
    var places: [SpeechServices.Place] = []
    var wakeWord: WyomingPeer?
    private let configuration: Configuration
    private let pool: ConnectionPool
    private var watch: NetworkWatch?

    init(_ configuration: Configuration, _ pool: ConnectionPool) {
        self.configuration = configuration
        self.pool = pool
    }

    /// Uplift's voices are made for Urdu, so they come first.
    mutating func addUplift() {
        guard let key = configuration.upliftKey, let address = configuration.upliftBaseURL else { return }
        let server = UpliftServer(address: address, key: key, voice: configuration.upliftVoice)
        let options = CurlTransport.Options(
            certificateAuthorities: configuration.authorities, userAgent: "companion-edge/\(ProgramVersion.text)")
        let voice = UpliftVoice(server, options: options)
        voices.append(rung("Uplift", UpliftVoice.languages, at: address.host(), voice))
        add("voice", "Uplift at \(server.shownPlace), for Urdu", .upliftKey) {
            try await voice.check()
            return nil
        }
    }

    mutating func addOpenAI() {
        guard let address = configuration.speechServer ?? configuration.openAIBaseURL else { return }
        let isOwn = configuration.speechServer != nil
        func server(_ model: String, _ setting: ConfigurationKey) -> ModelServer {
            // A key goes to the server that it belongs to, and to no other.
            ModelServer(
                address: address, key: isOwn ? configuration.speechKey : configuration.openAIKey, model: model,
                keySetting: (isOwn ? ConfigurationKey.speechKey : .openAIKey).name, modelSetting: setting.name)
        }
        if let model = configuration.speechModel {
            let server = server(model, .speechModel)
            let voice = OpenAIVoice(server: server, voice: configuration.speechVoice, transport: pool)
            voices.append(rung(model, OpenAIVoice.languages, at: address.host(), voice))
            add("voice", server, .speechModel)
        }
        if let model = configuration.transcriptionModel {
            let server = server(model, .transcriptionModel)
            let ear = OpenAIRecogniser(server: server, transport: pool)
            recognisers.append(rung(model, ear.languages, at: address.host(), ear))
            add("hearing", server, .transcriptionModel)
        }
    }

    mutating func addWyoming() {
        if let address = configuration.wyomingVoice {
            let peer = WyomingPeer(address)
            voices.append(rung("Wyoming voice", WyomingVoice.languages, at: address.host, WyomingVoice(peer)))
            add("voice", "Wyoming at \(address)", .wyomingVoice) { try await peer.check(.voice) }
        }
        if let address = configuration.wyomingRecogniser {
            let peer = WyomingPeer(address)
            let ear = WyomingRecogniser(peer)
            recognisers.append(rung("Wyoming recogniser", ear.languages, at: address.host, ear))
            add("hearing", "Wyoming at \(address)", .wyomingRecogniser) { try await peer.check(.recogniser) }
        }
        if let address = configuration.wyomingWakeWord {
            let peer = WyomingPeer(address)
            wakeWord = peer
            add("wake word", "Wyoming at \(address)", .wyomingWakeWord) { try await peer.check(.wakeWord) }
        }
    }

    /// A model behind OpenAI's interface, which lists it like any other.
    private mutating func add(_ subject: String, _ server: ModelServer, _ setting: ConfigurationKey) {
        let check: @Sendable () async throws -> Void = { [pool] in
            try await OpenAIChatModel(server: server, transport: pool).check()
        }
        pool.serve(.speech, at: server.shownPlace, probe: check)
        add(subject, "\(server.model) at \(server.shownPlace)", setting) {
            try await check()
            return nil
        }
    }

    private mutating func add(
        _ subject: String, _ name: String, _ setting: ConfigurationKey, _ check: @escaping @Sendable () async throws -> String?
    ) {
        places.append(SpeechServices.Place(subject: subject, name: name, setting: setting, check: check))
    }

    /// At home a service needs no network but the home's, and is slower.
    private mutating func rung<Engine>(
        _ name: String, _ languages: Set<Language>, at host: String?, _ engine: Engine
    ) -> SpeechRung<Engine> {
        let isAtHome = HomeNetwork.holds(host ?? "")
        let network: any NetworkWatching
        if isAtHome {
            network = AlwaysOnline()
        } else {
            let known = watch ?? NetworkWatch()
            watch = known
            network = known
        }
        return SpeechRung(
            name: name, kind: isAtHome ? .server : .cloud, languages: languages, network: network, engine: engine)
    }
}

extension SocketAddress {
    /// Nil for a socket of this machine.
    fileprivate var host: String? {
        guard case .tcp(let host, _) = self else { return nil }
        return host
    }
}
