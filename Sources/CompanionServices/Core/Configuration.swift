import Foundation
import LocalStore
import Logging
import Networking

/// The program's settings, read and checked once.
///
/// Sources, the first that has a key wins: the command line, the environment, `.env` in the working directory, `.env` in the data
/// directory, the configuration file, the default.
package struct Configuration: Sendable {
    /// Where everything is kept; absolute.
    package let dataDirectory: URL
    /// The files that were read.
    package let files: [String]
    /// Things that work but should be put right, as sentences.
    package let warnings: [String]
    /// What could not be used; empty except after ``init(lenientlyFrom:)``.
    package let problems: [ConfigurationProblem]
    private var entries: [ConfigurationKey: ConfigurationEntry]

    /// Reads all sources; throws everything that is wrong with them at once.
    package init(from sources: ConfigurationSources) throws(ConfigurationError) {
        self.init(lenientlyFrom: sources)
        guard problems.isEmpty else { throw ConfigurationError(problems: problems) }
    }

    /// Reads all sources and leaves out what cannot be used, for commands that examine the settings themselves.
    package init(lenientlyFrom sources: ConfigurationSources) {
        var reader = ConfigurationReader(sources)
        let (entries, dataDirectory) = reader.read()
        self.entries = entries
        files = reader.files
        if let test = entries[.useTestUser], test.value == .bool(true), entries[.testUserID] == nil {
            reader.report(.testUserID, "is needed when USE_TEST_USER is true; there is no default", origin: test.origin)
        }
        Self.refusePlainHTTP(entries, &reader)
        Self.refuseQueries(entries, &reader)
        Self.refuseUnpricedLimit(entries, &reader)
        warnings = reader.warnings
        problems = reader.problems
        self.dataDirectory = dataDirectory ?? URL(filePath: "/var/lib/companion-edge")
    }

    /// The same settings with a caller's personal ones in front.
    package func applying(personal values: [String: String]) throws(ConfigurationError) -> Configuration {
        var reader = ConfigurationReader(ConfigurationSources(environment: [:], workingDirectory: dataDirectory))
        let layer = reader.layer(values, origin: .caller)
        for key in layer.keys where !key.isPersonal {
            reader.report(key, "is the device's setting and cannot be sent with a command", origin: .caller)
        }
        guard reader.problems.isEmpty else { throw ConfigurationError(problems: reader.problems) }
        var changed = self
        changed.entries.merge(layer) { _, caller in caller }
        return changed
    }

    /// The personal settings that are not left to their defaults, as `applying(personal:)` takes them.
    package var personalSettings: [String: String] {
        Dictionary(uniqueKeysWithValues: entries.filter { $0.key.isPersonal }.map { ($0.key.name, $0.value.text) })
    }

    // MARK: Values

    /// A UUID or a name, as given.
    package var user: String? { text(.user) }
    /// `nil`: the one the person writes.
    package var language: Language? { text(.language).flatMap { Language(rawValue: $0) } }
    package var timeZone: TimeZone {
        guard case .timeZone(let zone) = value(.timeZone) else { return .gmt }
        return zone
    }
    package var logLevel: Logger.Level { text(.logLevel).flatMap { Logger.Level(rawValue: $0) } ?? .notice }
    package var allowsColour: Bool { value(.noColour) == nil }

    /// A PEM file; absolute or relative to the working directory.
    package var authorities: String? { text(.authorities) }
    package var supabaseURL: URL? { url(.supabaseURL) }
    package var supabaseAnonKey: Secret<String>? { secret(.supabaseAnonKey) }
    package var openAIKey: Secret<String>? { secret(.openAIKey) }
    package var openAIBaseURL: URL? { url(.openAIBaseURL) }
    package var openAIModel: String { text(.openAIModel) ?? "" }
    package var modelServer: ModelServerChoice {
        switch value(.modelServer) {
        case .url(let address): .at(address)
        case .text("off"): .off
        default: .find
        }
    }
    /// By its server's name; `nil` for the first it has.
    package var localModel: String? { text(.localModel) }
    package var modelPatience: Duration { .milliseconds(integer(.modelPatience) ?? 1200) }
    /// What a person's day may cost at the cloud's models.
    package var dailyLimits: DailyBudget.Limits {
        var limits = DailyBudget.Limits(tokens: integer(.dailyTokens))
        if case .amount(let cost) = value(.dailyCost) { limits.cost = cost }
        return limits
    }
    /// The model of vectors by its server's name; `nil` where none is to be asked.
    package var embeddingModel: String? { text(.embeddingModel) }
    package var embeddingServer: URL? { url(.embeddingServer) }
    package var embeddingKey: Secret<String>? { secret(.embeddingKey) }
    package var modelPrices: ModelPrices {
        guard case .prices(let prices) = value(.modelPrices) else { return .none }
        return prices
    }
    /// Where models are installed; absolute or relative to the working directory.
    package var modelsDirectory: String? { text(.modelsDirectory) }
    /// For English: a name of `models list` or of espeak-ng; `nil` for the best there is.
    package var speakingVoice: String? { text(.speakingVoice) }
    /// Names of wake words; empty for all that are installed.
    package var wakeWords: [String] {
        (text(.wakeWords) ?? "").split { $0 == "," || $0.isWhitespace }.map { $0.lowercased() }
    }
    /// Names of devices, as ``AudioDeviceID`` reads them.
    package var microphone: String { text(.microphone) ?? "default" }
    package var loudspeaker: String { text(.loudspeaker) ?? "default" }
    /// `off`, or the raw value of a ``TurnMode``.
    package var voiceMode: String { text(.voiceMode) ?? "off" }
    package var echoCanceller: String { text(.echoCanceller) ?? "auto" }
    /// In dB; 0 is none.
    package var noiseSuppression: Int { integer(.noiseSuppression) ?? 0 }
    package var automaticGain: Bool { bool(.automaticGain) }
    package var upliftBaseURL: URL? { url(.upliftBaseURL) }
    package var upliftKey: Secret<String>? { secret(.upliftKey) }
    package var upliftVoice: String { text(.upliftVoice) ?? "" }
    package var speechServer: URL? { url(.speechServer) }
    package var speechKey: Secret<String>? { secret(.speechKey) }
    /// Names of models; `nil` where none is to speak or to hear.
    package var speechModel: String? { text(.speechModel) }
    package var speechVoice: String { text(.speechVoice) ?? "" }
    package var transcriptionModel: String? { text(.transcriptionModel) }
    package var wyomingRecogniser: SocketAddress? { url(.wyomingRecogniser).flatMap { SocketAddress($0) } }
    package var wyomingVoice: SocketAddress? { url(.wyomingVoice).flatMap { SocketAddress($0) } }
    package var wyomingWakeWord: SocketAddress? { url(.wyomingWakeWord).flatMap { SocketAddress($0) } }
    package var speechPatience: Duration { .milliseconds(integer(.speechPatience) ?? 1500) }
    package var liveKitURL: URL? { url(.liveKitURL) }
    package var liveKitKey: Secret<String>? { secret(.liveKitKey) }
    package var liveKitSecret: Secret<String>? { secret(.liveKitSecret) }
    package var liveKitToken: Secret<String>? { secret(.liveKitToken) }
    package var liveKitTokenURL: URL? { url(.liveKitTokenURL) }
    package var liveKitRoom: String? { text(.liveKitRoom) }
    /// How the daemon gets into rooms.
    package enum Rooms: String, Sendable, Hashable { case off, worker }
    package var rooms: Rooms { text(.rooms).flatMap(Rooms.init) ?? .off }
    /// `nil` to be called into every room.
    package var roomAgentName: String? { text(.roomAgentName) }
    /// Of the voice that is sent into a room, in bits a second.
    package var roomBitrate: Int { integer(.roomBitrate) ?? 32_000 }
    package var roomSkipsSilence: Bool { bool(.roomSkipsSilence) }
    package var roomRedundancy: Bool { bool(.roomRedundancy) }
    /// Whether what people tell may go to a service outside the home's network as it is.
    package var allowsPlainHTTP: Bool { bool(.allowPlainHTTP) }
    package var redisEnabled: Bool { bool(.redisEnabled) }
    package var offersMonitoring: Bool { bool(.monitoringTools) }
    /// Nil when no Redis is to be used.
    package var redis: RedisAddress? {
        guard redisEnabled, case .redis(let address) = value(.redisURL) else { return nil }
        return address
    }
    /// The test person, only when `USE_TEST_USER` allows it.
    package var testUser: UserID? { bool(.useTestUser) ? text(.testUserID).flatMap { try? UserID($0) } : nil }

    /// Whether some source has the key, rather than its default.
    package func isSet(_ key: ConfigurationKey) -> Bool { entries[key] != nil }

    // MARK: Showing

    /// A key's value as it may be shown, and where it came from; `nil` when it has none.
    package func shown(_ key: ConfigurationKey) -> (text: String, origin: ConfigurationOrigin)? {
        if key == .dataDirectory { return (dataDirectory.path, entries[key]?.origin ?? .builtIn) }
        guard let text = entries[key]?.text ?? key.defaultText else { return nil }
        let origin = entries[key]?.origin ?? .builtIn
        if key.isSecret { return ("***", origin) }
        switch key.kind {
        case .url, .addressOr, .redisAddress: return (ConfigurationRedaction.withoutCredentials(text), origin)
        default: return (text, origin)
        }
    }

    private func value(_ key: ConfigurationKey) -> ConfigurationValue? {
        if let entry = entries[key] { return entry.value }
        // A test reads every default, so that none can be wrong.
        guard let text = key.defaultText else { return nil }
        return try? key.value(of: text)
    }

    private func text(_ key: ConfigurationKey) -> String? {
        guard case .text(let text) = value(key) else { return nil }
        return text
    }

    private func integer(_ key: ConfigurationKey) -> Int? {
        guard case .integer(let number) = value(key) else { return nil }
        return number
    }

    private func bool(_ key: ConfigurationKey) -> Bool { value(key) == .bool(true) }

    private func url(_ key: ConfigurationKey) -> URL? {
        guard case .url(let url) = value(key) else { return nil }
        return url
    }

    private func secret(_ key: ConfigurationKey) -> Secret<String>? {
        guard case .secret(let secret) = value(key) else { return nil }
        return secret
    }
}

/// Whether a language model nearby is asked.
package enum ModelServerChoice: Sendable, Hashable {
    case off
    /// On this machine, wherever one answers.
    case find
    case at(URL)
}

extension Configuration: CustomStringConvertible, CustomReflectable {
    package var description: String { "Configuration(\(dataDirectory.path))" }
    package var customMirror: Mirror { Mirror(self, children: ["dataDirectory": dataDirectory.path]) }
}
