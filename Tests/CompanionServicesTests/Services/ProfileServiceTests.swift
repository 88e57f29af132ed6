import LocalStore
import Synchronization
import Testing

@testable import CompanionServices

@Suite struct ProfileServiceTests {
    let person: Person

    init() throws {
        person = try Person()
    }

    private let long = String(repeating: "existing profile text ", count: 12)

    /// Answers what it is told to and counts how often it was asked.
    private final class ScriptedWriter: ProfileWriting {
        private let answer: @Sendable () throws -> String
        private let asked = Mutex(0)

        init(_ answer: @escaping @Sendable () throws -> String) {
            self.answer = answer
        }

        var count: Int { asked.withLock { $0 } }

        func profile(for request: ProfileRequest) async throws -> String {
            asked.withLock { $0 += 1 }
            return try answer()
        }
    }

    private struct Broken: Error {}

    @Test("input that says nothing leaves the profile alone and asks nobody", arguments: ["", "   ", "hi", "okay", "  abc "])
    func skipped(_ input: String) async throws {
        let writer = ScriptedWriter { "a text that is long enough to be taken" }
        let service = ProfileService(store: person.store, writer: writer)
        #expect(await service.generateProfile(input: input, existing: "before") == "before")
        #expect(writer.count == 0)
    }

    @Test(
        "trivial answers are shorter than five characters or bounce off a long profile",
        arguments: ["ok", "okay", "yes", "no", "haan", "nahi", " Okay "])
    func trivial(_ input: String) async throws {
        let service = ProfileService(store: person.store, writer: ScriptedWriter { "a text that is long enough to be taken" })
        #expect(await service.generateProfile(input: input, existing: long) == long)
    }

    @Test("an answer is taken from twenty characters on", arguments: [(19, false), (20, true)])
    func shortAnswer(length: Int, taken: Bool) async throws {
        let answer = String(repeating: "x", count: length)
        let service = ProfileService(store: person.store, writer: ScriptedWriter { answer })
        #expect(await service.generateProfile(input: "I like tea", existing: "before") == (taken ? answer : "before"))
    }

    @Test("the sentinel and a failure both leave the profile alone; a failure is counted")
    func sentinelAndFailure() async throws {
        let none = ProfileService(store: person.store, writer: ScriptedWriter { ProfileService.nothingToSay })
        #expect(await none.generateProfile(input: "I like tea", existing: "before") == "before")
        let broken = ProfileService(store: person.store, writer: ScriptedWriter { throw Broken() })
        #expect(await broken.generateProfile(input: "I like tea", existing: "before") == "before")
        #expect(broken.metrics.counters["failures"] == 1)
    }

    @Test("saving keeps what was replaced; the same text again is not saved")
    func versions() async throws {
        #expect(try await person.profiles.profile() == "")
        #expect(try await person.profiles.saveProfile("Ayesha lives in Lahore.", origin: .written))
        #expect(try await !person.profiles.saveProfile(" Ayesha  lives in Lahore. ", origin: .written))
        #expect(try await person.profiles.saveProfile("Ayesha lives in Karachi.", origin: .written))
        #expect(try await person.profiles.profile() == "Ayesha lives in Karachi.")
        #expect(try await person.profiles.versions().map(\.text) == ["Ayesha lives in Lahore."])
    }

    @Test("a profile of more than four thousand characters is refused")
    func tooLong() async throws {
        let text = String(repeating: "word ", count: 801)
        #expect(await serviceError { try await person.profiles.saveProfile(text, origin: .manual) }?.code == .invalidInput)
    }

    @Test("regenerating writes from memory, and again only when something changed")
    func regenerate() async throws {
        #expect(try await !person.profiles.regenerate())
        try await person.remember(("FACT", "full_name", "Ayesha Khan"), ("FACT", "location", "Lahore"))
        #expect(try await person.profiles.regenerate())
        #expect(try await person.profiles.profile() == "Ayesha Khan lives in Lahore.")
        #expect(try await !person.profiles.regenerate())
        try await person.remember(("FACT", "location", "Multan"))
        #expect(try await person.profiles.regenerate())
        #expect(try await person.profiles.profile() == "Ayesha Khan lives in Multan.")
    }

    @Test("a text the person wrote stays until they ask for another")
    func manual() async throws {
        try await person.remember(("FACT", "full_name", "Ayesha Khan"), ("FACT", "location", "Lahore"))
        try await person.profiles.saveProfile("I am simply Ayesha.", origin: .manual)
        #expect(try await !person.profiles.regenerate())
        #expect(try await person.profiles.profile() == "I am simply Ayesha.")
        #expect(try await person.profiles.regenerate(replacingManual: true))
        #expect(try await person.profiles.profile() == "Ayesha Khan lives in Lahore.")
        #expect(try await person.profiles.regenerate() == false)
    }

    @Test("the onboarding profile has at most 250 characters and ends at a word")
    func onboardingLimit() async throws {
        #expect(try await !person.profiles.createProfileFromOnboarding())
        let interests = (0..<40).map { "interest number \($0) with a long description of it" }
        try await person.store.write { transaction in
            _ = try transaction.saveOnboardingDetails(
                fullName: "Ayesha Khan", gender: "female", occupation: "teacher of mathematics", interests: interests)
        }
        #expect(try await person.profiles.createProfileFromOnboarding())
        let text = try await person.profiles.profile()
        #expect(text.count <= 250)
        #expect(text.hasPrefix("Ayesha Khan works as a teacher of mathematics."))
        #expect(text.last?.isWhitespace == false)
        #expect(try await person.profiles.createProfileFromOnboarding())
        #expect(try await person.profiles.displayName() == "Ayesha Khan")
    }

    @Test("onboarding answers that are all empty make no profile")
    func emptyOnboarding() async throws {
        try await person.store.write { _ = try $0.saveOnboardingDetails(gender: "female") }
        #expect(try await !person.profiles.createProfileFromOnboarding())
    }
}
