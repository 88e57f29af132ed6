import LocalStore
import TestSupport
import Testing

@testable import CompanionServices

@Suite struct OnboardingServiceTests {
    let person: Person
    let onboarding: OnboardingService

    init() throws {
        person = try Person()
        onboarding = OnboardingService(store: person.store, profiles: person.profiles)
    }

    private func value(_ category: MemoryCategory, _ key: String) async throws -> String? {
        try await person.memories.getMemory(category: category, key: key)
    }

    @Test("answers become memories, pronouns and a profile")
    func complete() async throws {
        #expect(try await onboarding.needsOnboarding())
        let answers = try OnboardingAnswers(
            fullName: "Ayesha Khan", gender: "Female", occupation: "teacher", interests: ["cricket", "chai"])
        let result = try await onboarding.completeOnboarding(answers)
        #expect(result.memories.map(\.key) == ["full_name", "gender", "pronouns", "occupation", "main_interests"])
        #expect(result.hasProfile)
        #expect(try await value(.fact, "full_name") == "Ayesha Khan")
        #expect(try await value(.fact, "gender") == "Female")
        #expect(try await value(.preference, "pronouns") == "she/her")
        #expect(try await value(.fact, "occupation") == "teacher")
        #expect(try await value(.interest, "main_interests") == "cricket, chai")
        let memory = try #require(try await person.memories.memory(category: .fact, key: "full_name"))
        #expect(memory.provenance.source == .onboarding)
        #expect(try await person.profiles.profile() == "Ayesha Khan works as a teacher. She likes cricket and chai.")
        #expect(try await person.users.userInfo()?.isFirstLogin == false)
        #expect(try await !onboarding.needsOnboarding())
    }

    @Test(
        "pronouns follow the gender as it was given",
        arguments: [
            ("male", "he/him"), ("FEMALE", "she/her"), ("non-binary", "they/them"), ("other", "they/them"), ("عورت", "she/her"),
            ("something else", "they/them"),
        ])
    func pronouns(gender: String, pronouns: String) async throws {
        // Without a name as well: the original lost the gender then.
        try await onboarding.completeOnboarding(try OnboardingAnswers(gender: gender))
        #expect(try await value(.fact, "gender") == gender)
        #expect(try await value(.preference, "pronouns") == pronouns)
    }

    @Test(
        "interests may be a list or one text with commas of either script",
        arguments: [
            "cricket, chai ,, old songs", "cricket، chai، old songs", "cricket\nchai\nold songs",
        ])
    func interestList(_ text: String) async throws {
        try await onboarding.completeOnboarding(try OnboardingAnswers(interestList: text))
        #expect(try await value(.interest, "main_interests") == "cricket, chai, old songs")
    }

    @Test("a text with commas that came from the cloud as one item is taken apart")
    func cloudText() async throws {
        try await person.store.write { _ = try $0.saveOnboardingDetails(interests: ["cricket,chai"]) }
        let result = try #require(try await onboarding.initializeUserFromOnboarding())
        #expect(result.memories.map(\.value) == ["cricket, chai"])
    }

    @Test("without answers nothing happens")
    func none() async throws {
        #expect(try await onboarding.initializeUserFromOnboarding() == nil)
        #expect(try await person.store.read { try $0.memoryCount() } == 0)
    }

    @Test("doing it again changes nothing, by another instance as well")
    func idempotent() async throws {
        try await onboarding.completeOnboarding(try OnboardingAnswers(fullName: "Ayesha", interests: ["tea"]))
        let again = OnboardingService(store: person.store, profiles: person.profiles)
        #expect(try await again.initializeUserFromOnboarding()?.memories == [])
        #expect(try await person.memories.history().isEmpty)
    }

    @Test("interests are carried over although there are memories, and only what is missing")
    func perField() async throws {
        try await person.remember(("FACT", "full_name", "Ayesha K."))
        try await person.store.write { _ = try $0.saveOnboardingDetails(interests: ["tea"]) }
        #expect(try await onboarding.initializeUserFromOnboarding()?.memories.map(\.key) == ["main_interests"])
    }

    @Test("what was said or forgotten after the answers is not undone")
    func respectsLater() async throws {
        try await person.store.write {
            _ = try $0.saveOnboardingDetails(fullName: "Ayesha", gender: "female", occupation: "teacher")
        }
        try await person.remember(("FACT", "full_name", "Ayesha Khan"), ("FACT", "occupation", "nurse"))
        try await person.memories.forget(category: .fact, key: "occupation")
        let result = try #require(try await onboarding.initializeUserFromOnboarding())
        #expect(result.memories.map(\.key) == ["gender", "pronouns"])
        #expect(try await value(.fact, "full_name") == "Ayesha Khan")
        #expect(try await value(.fact, "occupation") == nil)

        try await person.memories.forget(category: .fact, key: "gender")
        #expect(try await onboarding.initializeUserFromOnboarding()?.memories == [])
        #expect(try await value(.fact, "gender") == nil)
    }

    @Test("an answer that is changed later is carried over, the others are left")
    func changedAnswer() async throws {
        try await onboarding.completeOnboarding(try OnboardingAnswers(fullName: "Ayesha", occupation: "teacher"))
        try await person.remember(("FACT", "full_name", "Ayesha Khan"))
        person.clock.advance(seconds: 60)
        let result = try await onboarding.completeOnboarding(try OnboardingAnswers(occupation: "headmistress"))
        #expect(result.memories.map(\.value) == ["headmistress"])
        #expect(result.details.fullName == "Ayesha")
        #expect(try await value(.fact, "full_name") == "Ayesha Khan")
        #expect(try await person.memories.history(category: .fact, key: "occupation").map(\.value) == ["teacher"])
    }

    @Test("an erased answer does not come back")
    func erased() async throws {
        try await onboarding.completeOnboarding(try OnboardingAnswers(fullName: "Ayesha", interests: ["tea"]))
        try await person.memories.erase(category: .fact, key: "full_name")
        try await person.memories.erase(category: .interest, key: "main_interests")
        #expect(try await onboarding.initializeUserFromOnboarding()?.memories == [])
        #expect(try await person.profiles.displayName() == nil)
        #expect(try await onboarding.details()?.interests == [])
    }

    @Test("blank answers count as none; over-long ones and too many are refused")
    func answers() throws {
        let blank = try OnboardingAnswers(fullName: "  ", gender: "\n", interests: ["", " "])
        #expect(blank == (try OnboardingAnswers()))
        let long = String(repeating: "a", count: 201)
        #expect(throws: ServiceError.self) { try OnboardingAnswers(fullName: long) }
        #expect(throws: ServiceError.self) { try OnboardingAnswers(interests: (0..<51).map { "i\($0)" }) }
        #expect(try OnboardingAnswers(interests: ["tea", " tea "]).interests == ["tea"])
    }
}
