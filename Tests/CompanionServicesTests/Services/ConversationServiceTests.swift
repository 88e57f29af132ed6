import LocalStore
import TestSupport
import Testing

@testable import CompanionServices

@Suite struct ConversationServiceTests {
    let person: Person
    let service: ConversationService

    init() throws {
        person = try Person()
        service = try ConversationService(store: person.store, lexicon: try SignalLexicon())
    }

    @Test("the last conversation is read from what was said, newest first, at most five")
    func lastConversation() async throws {
        #expect(try await service.lastConversation() == nil)
        try await person.remember(("FACT", "location", "Lahore"))
        #expect(try await service.lastConversation() == nil)
        let (id, _) = try await person.talk((1...7).map { ("message \($0)", "answer \($0)") })
        let end = person.clock.now()
        person.clock.advance(seconds: 7200)
        let last = try #require(try await service.lastConversation())
        #expect(last.conversationID == id)
        #expect(last.lastMessages == ["message 7", "message 6", "message 5", "message 4", "message 3"])
        #expect(last.mostRecent == "message 7")
        #expect(last.lastTimestamp == end)
        #expect(last.hours(until: person.clock.now()) == 2)
        #expect(last.unansweredQuestion == nil)
    }

    @Test("the current conversation and one in which only the companion spoke are passed over")
    func passedOver() async throws {
        let (first, _) = try await person.talk([("hello", "Hi! How are you?")])
        _ = try await service.beginConversation(channel: "terminal")
        let (current, _) = try await person.talk([("now", nil)])
        #expect(try await service.lastConversation(before: current)?.conversationID == first)
        #expect(try await service.lastConversation(before: current)?.unansweredQuestion == "Hi! How are you?")
        #expect(try await service.lastConversation()?.conversationID == current)
    }

    @Test("opening a conversation writes it, its greeting and the opener in one go")
    func begin() async throws {
        try await person.remember(("FACT", "full_name", "Dr. Ayesha Khan"))
        let writes = person.store.writeStatistics.writes
        let begun = try await service.beginConversation(channel: "voice")
        #expect(person.store.writeStatistics.writes == writes + 1)
        #expect(begun.greeting.kind == .firstMeeting)
        #expect(begun.greeting.text.contains("Ayesha"))
        #expect(begun.conversation.channel == "voice")
        let messages = try await person.store.read { try $0.messages(conversation: begun.conversation.id) }
        #expect(messages.map(\.text) == [begun.greeting.text])
        #expect(messages.first?.details["opener"] == .string(begun.greeting.opener))
        #expect(service.metrics.counters["firstMeetings"] == 1)
    }

    @Test("the person is greeted in the language they wrote last, or chose")
    func language() async throws {
        #expect(try await service.greeting().language == .english)
        try await person.talk([("السلام علیکم", "وعلیکم السلام")], language: .urdu)
        #expect(try await service.greeting().language == .urdu)
        try await person.set("language", "ur-Latn")
        #expect(try await service.greeting().language == .romanUrdu)
        #expect(try await service.greeting(language: .english).language == .english)
        try await person.set("language", "klingon")
        #expect(try await service.greeting().language == .urdu)
    }

    @Test("something important is taken up a few hours later, and left alone the next day")
    func followUp() async throws {
        let (id, _) = try await person.talk([("I have an interview on Monday and I'm nervous", "I can imagine.")])
        try await person.store.write {
            try $0.saveConversationSummary(id: id, summary: "An interview.", topics: ["interview"], facts: [], tone: "negative")
        }
        person.clock.advance(seconds: 3 * 3600)
        let soon = try await service.greeting()
        #expect(soon.kind == .followUp)
        #expect(soon.text.contains("interview"))
        person.clock.advance(seconds: 3 * 86_400)
        let later = try await service.greeting()
        #expect(later.kind == .callback)
        #expect(later.topic == "interview")
        person.clock.advance(seconds: 12 * 86_400)
        let long = try await service.greeting()
        #expect(long.kind == .longAway)
        #expect(!long.text.contains("interview"))
    }

    @Test(
        "a plan of the last days may be asked about, a delicate one may not",
        arguments: [
            ("visit Hunza", Greeting.Kind.callback), ("pay back the loan", .fresh), ("go to the hospital", .fresh),
        ])
    func plans(plan: String, kind: Greeting.Kind) async throws {
        try await person.remember(("PLAN", "next_plan", plan))
        try await person.talk([("we had rice", "Nice.")])
        person.clock.advance(seconds: 2 * 86_400)
        let greeting = try await service.greeting()
        #expect(greeting.kind == kind)
        #expect(greeting.text.contains(plan) == (kind == .callback))
    }

    @Test("sensitive last words are theirs to bring up again")
    func sensitive() async throws {
        try await person.remember(("PLAN", "next_plan", "visit Hunza"))
        try await person.talk([("I am getting a divorce and I'm so sad", "I'm sorry to hear that.")])
        person.clock.advance(seconds: 5 * 3600)
        let greeting = try await service.greeting()
        #expect(greeting.kind == .fresh)
        #expect(try await service.analyzeContinuity().reason == .sensitive)
    }

    @Test("a name that was forgotten is not used, although it stands among the onboarding answers")
    func forgottenName() async throws {
        let onboarding = OnboardingService(store: person.store, profiles: person.profiles)
        try await onboarding.completeOnboarding(try OnboardingAnswers(fullName: "Ayesha Khan", gender: "female"))
        #expect(try await service.greeting().text.contains("Ayesha"))
        try await person.memories.forget(category: .fact, key: "full_name")
        try await person.memories.forget(category: .fact, key: "gender")
        #expect(try await !service.greeting().text.contains("Ayesha"))
        #expect(try await person.store.read { try $0.personGender() } == .unknown)
    }

    @Test("a nickname is used for talking")
    func nickname() async throws {
        try await person.remember(("FACT", "full_name", "Ayesha Khan"), ("FACT", "nickname", "Ashi"))
        #expect(try await service.greeting().text.contains("Ashi"))
        #expect(try await person.store.read { try ProfileFacts($0).name } == "Ayesha Khan")
    }

    @Test("successive greetings differ")
    func variety() async throws {
        try await person.talk([("hello", "hi")])
        var texts: [String] = []
        for _ in 0..<8 {
            person.clock.advance(seconds: 600)
            texts.append(try await service.beginConversation(channel: "terminal").greeting.text)
        }
        for (first, second) in zip(texts, texts.dropFirst()) { #expect(first != second) }
    }

    @Test(
        "an unknown zone falls back to Karachi; a known one decides the part of the day",
        arguments: [
            ("Asia/Karachi", DayPart.afternoon), ("America/New_York", .morning), ("Mars/Olympus", .afternoon),
        ])
    func zone(zone: String, part: DayPart) async throws {
        // Nine in the morning UTC; New York has summer time since the eighth of March.
        try await person.set("time_zone", zone)
        #expect(try await service.greeting().dayPart == part)
    }

    @Test("a stranger is greeted politely in every language", arguments: Language.allCases)
    func anonymous(_ language: Language) {
        let text = service.anonymousGreeting(language: language)
        #expect(!text.isEmpty)
        #expect(!text.contains { "[]{}<>".contains($0) })
    }
}
