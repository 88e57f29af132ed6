import LocalStore

/// The short text about a person that goes into every prompt, written from what is remembered.
///
/// It is rewritten from the memories each time rather than from its own last version, so that details cannot drift away.
/// Earlier versions are kept. A text the person wrote themselves is left alone until ``regenerate(replacingManual:)`` is asked to.
package final class ProfileService: MeteredService {
    enum Counter: String, CaseIterable { case saved, unchanged, skipped, generated, nothingToSay, failures }

    /// Answers to small talk that cannot change a long profile.
    static let trivialInputs: Set<String> = ["ok", "okay", "yes", "no", "haan", "nahi"]
    /// What a writer answers when there is nothing to write.
    package static let nothingToSay = "NO_PROFILE_INFO"
    package static let onboardingLimit = 250

    private let store: PersonStore
    private let writer: any ProfileWriting
    private let cache: PersonCache?
    private let counters = ServiceCounters<Counter>("profile")

    package init(store: PersonStore, writer: any ProfileWriting, cache: PersonCache? = nil) {
        self.cache = cache
        self.store = store
        self.writer = writer
    }

    package var metrics: ServiceMetrics { counters.snapshot }

    // MARK: Reading

    /// The text, or "" if there is none.
    package func profile() async throws(ServiceError) -> String {
        guard let cache else { return try await storedProfile() }
        return try await cache.fromRows(.profile) { () async throws(ServiceError) -> String in try await storedProfile() }
    }

    private func storedProfile() async throws(ServiceError) -> String {
        try await store.perform(reading: "reading the profile") { try $0.userProfile()?.profileText ?? "" }
    }

    package func displayName() async throws(ServiceError) -> String? {
        try await store.perform(reading: "reading the name") { try $0.personName() }
    }

    /// Earlier texts, newest first.
    package func versions() async throws(ServiceError) -> [ProfileVersion] {
        try await store.perform(reading: "reading earlier profiles") {
            try $0.decodedSetting([ProfileVersion].self, PersonSetting.profileVersions) ?? []
        }
    }

    // MARK: Writing

    /// A profile brought up to date after `input`, or `existing` as it is when the input says nothing, is too short or trivial,
    /// or the writer has nothing to say or fails. Nothing is saved.
    package func generateProfile(input: String, existing: String = "") async -> String {
        let trimmed = input.collapsingWhitespace
        guard trimmed.count >= 5 else {
            counters.add(.skipped)
            return existing
        }
        if existing.count > 200, Self.trivialInputs.contains(trimmed.lowercased()) {
            counters.add(.skipped)
            return existing
        }
        do {
            let request = try await request(input: trimmed, existing: existing)
            return accepted(try await writer.profile(for: request)) ?? existing
        } catch {
            counters.add(.failures)
            return existing
        }
    }

    /// Saves a text that is not the same as the present one; returns whether it was saved.
    ///
    /// `.written` texts, made by a program, also count as the same when they only word the same things differently.
    @discardableResult
    package func saveProfile(_ text: String, origin: ProfileOrigin) async throws(ServiceError) -> Bool {
        let text = MemoryInput.clean(text)
        guard text.count <= MemoryInput.maximumValueLength else {
            throw ServiceError(
                .invalidInput, "the profile has \(text.count) characters; at most \(MemoryInput.maximumValueLength) are kept")
        }
        let saved = try await store.perform(writing: "saving the profile") { try $0.saveProfileText(text, origin: origin) }
        counters.add(saved ? .saved : .unchanged)
        return saved
    }

    /// Writes the profile from what is remembered and saves it if it changed. False if there is nothing to write, nothing
    /// changed, or the present text is the person's own.
    @discardableResult
    package func regenerate(replacingManual: Bool = false) async throws(ServiceError) -> Bool {
        guard let text = try await draft(replacingManual: replacingManual) else { return false }
        return try await saveProfile(text, origin: .written)
    }

    /// The text ``regenerate(replacingManual:)`` would save.
    func draft(replacingManual: Bool = false) async throws(ServiceError) -> String? {
        let origin = try await store.perform(reading: "reading the profile's origin") { try $0.profileOrigin() }
        guard replacingManual || origin != .manual else { return nil }
        let request = try await request(input: "", existing: profile())
        let text: String?
        do {
            text = accepted(try await writer.profile(for: request))
        } catch {
            counters.add(.failures)
            throw ServiceError(error, while: "writing the profile")
        }
        // What a model worded says the same, and better.
        let basis = try await store.perform(reading: "reading what the profile was worded from") {
            try $0.setting(PersonSetting.profileBasis)
        }
        return text == basis && !request.existing.isEmpty ? nil : text
    }

    /// Makes the first profile from the onboarding answers: one factual text of at most 250 characters, ending at a word. True
    /// if there is a profile afterwards, false if the answers say nothing.
    @discardableResult
    package func createProfileFromOnboarding() async throws(ServiceError) -> Bool {
        let (existing, details, language) = try await store.perform(reading: "reading the onboarding answers") {
            (try $0.userProfile()?.profileText ?? "", try $0.onboardingDetails(), try $0.personLanguage())
        }
        guard existing.collapsingWhitespace.isEmpty else { return true }
        guard let details else { return false }
        let facts = ProfileFacts(onboarding: details)
        guard !facts.isEmpty else { return false }
        let request = ProfileRequest(input: "", existing: "", facts: facts, language: language)
        let text: String
        do {
            guard let written = accepted(try await writer.profile(for: request), minimumLength: 1) else { return false }
            text = written.cut(toWords: Self.onboardingLimit)
        } catch {
            counters.add(.failures)
            throw ServiceError(error, while: "writing the profile")
        }
        _ = try await saveProfile(text, origin: .written)
        return true
    }

    private func request(input: String, existing: String) async throws(ServiceError) -> ProfileRequest {
        try await store.perform(reading: "collecting what the profile is written from") { view in
            ProfileRequest(
                input: input, existing: existing, facts: try ProfileFacts(view), language: try view.personLanguage())
        }
    }

    private func accepted(_ answer: String, minimumLength: Int = 20) -> String? {
        let text = MemoryInput.clean(answer)
        guard !text.contains(Self.nothingToSay), text.count >= minimumLength else {
            counters.add(.nothingToSay)
            return nil
        }
        counters.add(.generated)
        return text
    }
}

/// Who wrote a profile text.
package enum ProfileOrigin: String, Sendable, Codable {
    /// A program, from what is remembered.
    case written
    /// The person.
    case manual
}

/// A profile text that has been replaced.
package struct ProfileVersion: Sendable, Hashable, Codable {
    package let text: String
    /// When it was replaced.
    package let until: Timestamp
}
