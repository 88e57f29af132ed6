import Foundation
import LocalStore
import TestSupport
import Testing

@testable import CompanionServices

@Suite struct RAGServiceTests {
    let directory: TemporaryDirectory
    let clock = ManualWallClock("2026-11-23T12:00:00.000Z")
    let store: PersonStore
    let service: RAGService

    init() throws {
        directory = try TemporaryDirectory()
        store = try PersonStore.open(directory.url.appendingPathComponent("person.sqlite"), userID: .random(), clock: clock)
        service = RAGService(store: store, retriever: Retriever(lexicon: try ConceptLexicon.bundled()))
    }

    private func remember(_ category: MemoryCategory, _ key: String, _ value: String, saidIn message: Message? = nil) async throws
    {
        try await store.write { transaction in
            _ = try transaction.ensureProfile()
            _ = try transaction.saveMemory(
                category: category, key: MemoryKey(validating: key), value: value,
                provenance: Provenance(source: .said, messageID: message?.id))
        }
    }

    private func say(_ texts: [String]) async throws -> [Message] {
        try await store.write { transaction in
            _ = try transaction.ensureProfile()
            let conversation = try transaction.startConversation(channel: "terminal")
            return try texts.map {
                try transaction.appendMessage(conversationID: conversation.id, role: .user, text: $0, language: nil, details: [:])
            }
        }
    }

    @Test(
        "A memory with an English key and an Urdu value is found in any of the three ways of writing",
        arguments: [
            ("میری بہن کا نام کیا ہے؟", "sister_name"), ("meri behan ka naam kya hai?", "sister_name"),
            ("what's my sister's name?", "sister_name"), ("mujhe khane mein kya pasand hai?", "favorite_food"),
            ("مجھے کھانے میں کیا پسند ہے؟", "favorite_food"), ("what food do I like?", "favorite_food"),
            ("main kahan rehta hoon?", "location"), ("biryani", "favorite_food"), ("who is Fatima?", "sister_name"),
            ("ميري بہن", "sister_name"),
        ])
    func crossesLanguages(question: String, key: String) async throws {
        try await remember(.relationship, "sister_name", "فاطمہ")
        try await remember(.preference, "favorite_food", "بریانی")
        try await remember(.fact, "location", "لاہور میں رہتا ہوں")
        try await remember(.plan, "travel_plan", "اگلے مہینے ہنزہ جانا")
        #expect(try await service.retrieve(question).first?.memory?.key == key)
    }

    @Test("A word that was misspelt still finds its memory")
    func misspelt() async throws {
        try await remember(.interest, "photography", "taking photographs of old buildings")
        try await remember(.interest, "gardening", "roses on the roof")
        #expect(try await service.retrieve("fotographs").first?.memory?.key == "photography")
    }

    @Test("What is added can be found at once; adding it again adds nothing; blank is nothing")
    func addsOnce() async throws {
        #expect(try await service.addMemory("  ") == nil)
        let first = try await service.addMemory("I parked on level three")
        let second = try await service.addMemory(" I parked on Level three ")
        #expect(first?.memory.id == second?.memory.id)
        #expect(try await service.searchMemories("where did I park?").map(\.text) == ["I parked on Level three"])
        #expect(try await service.statistics().totalMemories == 1)
    }

    @Test("Blank and meaningless questions find nothing", arguments: ["", " \n", "what is it?", "؟"])
    func blank(question: String) async throws {
        try await remember(.fact, "what_is_it", "what is it")
        #expect(try await service.retrieve(question).isEmpty)
    }

    @Test("A hit says why: the words, the message and its date")
    func reasons() async throws {
        let said = try await say(["My sister Amna is a dentist in Multan", "and she has two cats"])
        try await remember(.relationship, "sister_occupation", "dentist", saidIn: said[0])
        let hits = try await service.retrieve("what does my sister do as a dentist?", filter: SearchFilter(kinds: [.memory]))
        let reason = try #require(hits.first?.reason)
        #expect(reason.words == ["sister", "dentist"])
        #expect(reason.messageID == said[0].id)
        #expect(reason.date == clock.now())
        #expect(reason.coverage > 0.9)
        let messages = try await service.retrieve("Multan", filter: SearchFilter(kinds: [.message]))
        #expect(messages.map(\.text) == ["My sister Amna is a dentist in Multan", "and she has two cats"])
        #expect((messages.last?.reason.lent ?? 0) > 0)
    }

    @Test("What was replaced is found only when the past is asked for, what was forgotten never")
    func validity() async throws {
        let messages = try await say(["my dentist is Doctor Khan", "my barber is Aslam"])
        try await remember(.relationship, "dentist", "Doctor Khan", saidIn: messages[0])
        try await remember(.relationship, "barber", "Aslam", saidIn: messages[1])
        try await remember(.relationship, "dentist", "Doctor Raza")
        _ = try await store.write { try $0.forgetMemory(category: .relationship, key: "barber") }
        #expect(try await service.retrieve("dentist").map(\.text) == ["Doctor Raza"])
        let past = try await service.retrieve("dentist barber", includesPast: true).map(\.text)
        #expect(Set(past) == ["Doctor Raza", "my dentist is Doctor Khan"])
    }

    @Test("The question itself is not its own answer")
    func excludesTheQuestion() async throws {
        let question = try await say(["where is my passport"])[0]
        #expect(try await service.retrieve("where is my passport", excludedMessageID: question.id).isEmpty)
    }

    @Test("What is talked about decides between equals, and so does what was just brought up")
    func conversationDecides() async throws {
        try await remember(.general, "cup_one", "favourite cup kitchen shelf")
        try await remember(.general, "cup_two", "favourite cup balcony shelf")
        service.updateConversationContext("I am going to the kitchen")
        #expect(try await service.retrieve("cup", limit: 1).first?.memory?.key == "cup_one")
        service.resetConversationContext()
        let first = try await service.retrieve("cup", limit: 1).first
        #expect(try await service.retrieve("cup", limit: 1).first == first)
        service.addConversationTurn(user: "which cup?", assistant: "this one")
        #expect(try await service.retrieve("cup", limit: 1).first?.reference != first?.reference)
    }

    @Test("Turns need both sides; context and turns keep the last ten")
    func conversationState() async throws {
        service.addConversationTurn(user: "hello", assistant: "  ")
        #expect(service.lastConversationTurn == nil)
        for number in 1...12 {
            service.updateConversationContext("text \(number)")
            service.addConversationTurn(user: "question \(number)", assistant: "answer \(number)")
        }
        service.updateConversationContext("  ")
        #expect(service.conversationContext.count == 10)
        #expect(service.conversationContext.first == "text 3")
        #expect(service.conversationTurns.map(\.user).first == "question 3")
        #expect(service.lastConversationTurn?.assistant == "answer 12")
        service.resetConversationContext()
        #expect(service.conversationTurns.isEmpty)
    }

    @Test("Reports have the field names of the original")
    func reportFields() async throws {
        try await remember(.preference, "favorite_food", "biryani")
        let found = try await service.searchMemories("favourite food")
        let json = String(decoding: try JSONEncoder().encode(found), as: UTF8.self)
        for field in ["text", "category", "timestamp", "similarity", "final_score", "is_recent"] {
            #expect(json.contains("\"\(field)\""))
        }
        #expect(found.first?.isRecent == true)
        clock.advance(seconds: 90_000)
        #expect(try await service.searchMemories("favourite food").first?.isRecent == false)
        #expect(try await service.statistics().counters.retrievals == 2)
    }

    @Test("Vectors follow what is written and forgotten between questions")
    func cacheFollows() async throws {
        try await remember(.fact, "one", "photographs")
        #expect(try await service.retrieve("photograph").count == 1)
        try await remember(.fact, "two", "fotographs")
        #expect(try await service.retrieve("photographs").count == 2)
        _ = try await store.write { try $0.forgetMemory(category: .fact, key: "one") }
        #expect(try await service.retrieve("photographs").map(\.text) == ["fotographs"])
        #expect(try await service.statistics().cacheSize == 1)
    }
}
