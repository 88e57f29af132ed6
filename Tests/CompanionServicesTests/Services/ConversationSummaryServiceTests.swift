import LocalStore
import TestSupport
import Testing

@testable import CompanionServices

@Suite struct ConversationSummaryServiceTests {
    let person: Person
    let service: ConversationSummaryService
    let summarizer: ExtractiveSummarizer

    init() throws {
        person = try Person()
        summarizer = try ExtractiveSummarizer(lexicon: try SignalLexicon())
        service = ConversationSummaryService(store: person.store, summarizer: summarizer)
    }

    private func condense(_ said: [String], language: Language = .english, previous: ConversationDigest? = nil)
        -> ConversationDigest?
    {
        let turns = said.map { ConversationTurn(user: $0, assistant: "I see.") }
        return summarizer.condense(SummaryRequest(turns: turns, previous: previous, language: language))
    }

    private func wordCount(_ text: String) -> Int { text.split(whereSeparator: \.isWhitespace).count }

    @Test(
        "a summary is due at every fifth turn",
        arguments: [(0, false), (1, false), (4, false), (5, true), (6, false), (10, true), (-5, false)])
    func due(turns: Int, due: Bool) {
        #expect(ConversationSummaryService.isDue(userTurns: turns) == due)
    }

    @Test("telling sentences are quoted word for word, small talk is not")
    func extracts() throws {
        let digest = try #require(
            condense([
                "Hello", "How are you?", "I have an important interview at Netsol on Monday.",
                "My sister Amna helps me to prepare for the interview", "ok thanks",
            ]))
        #expect(digest.text.contains("“I have an important interview at Netsol on Monday”"))
        #expect(digest.text.contains("“My sister Amna helps me to prepare for the interview”"))
        #expect(!digest.text.contains("Hello"))
        #expect(digest.topics.first == "interview")
        #expect(digest.text.hasPrefix("They talked about interview"))
    }

    @Test("Urdu is summarised in Urdu")
    func urdu() throws {
        let digest = try #require(
            condense(["کل میرا کرکٹ کا مقابلہ ہے۔ میں بہت پریشان ہوں", "کرکٹ کا مقابلہ لاہور میں ہے"], language: .urdu))
        #expect(digest.text.hasPrefix("بات مقابلہ، کرکٹ اور لاہور پر ہوئی۔"))
        #expect(digest.text.contains("«کل میرا کرکٹ کا مقابلہ ہے»"))
        #expect(digest.tone == "negative")
    }

    @Test(
        "nothing said that is worth keeping gives nothing",
        arguments: [[], ["hi"], ["ok", "bye", "thanks"], ["", "   "], ["سلام", "جی"]])
    func empty(said: [String]) {
        #expect(condense(said) == nil)
    }

    @Test(
        "the tone is what the feelings in it come to",
        arguments: [
            (["I am happy about the garden"], "positive"), (["I am worried about the garden"], "negative"),
            (["I am happy about the garden", "I am sad about the house"], "mixed"), (["the garden has a wall"], "neutral"),
        ])
    func tone(said: [String], tone: String) throws {
        #expect(try #require(condense(said)).tone == tone)
    }

    @Test("at most 150 words, four topics and ten facts, however much was said")
    func bounds() throws {
        var generator = SeededGenerator(seed: 3)
        let vocabulary = (0..<60).map { "word\($0)x" }
        for _ in 0..<30 {
            let said = (0..<20).map { _ in
                (0..<Int.random(in: 0...80, using: &generator)).map { _ in vocabulary.randomElement(using: &generator) ?? "" }
                    .joined(separator: " ")
            }
            let facts = (0..<30).map { "fact \($0): value" }
            let turns = said.map { ConversationTurn(user: $0, assistant: "") }
            guard let digest = summarizer.condense(SummaryRequest(turns: turns, facts: facts, language: .english)) else {
                continue
            }
            #expect(wordCount(digest.text) <= 150)
            #expect(digest.topics.count <= 4)
            #expect(digest.facts.count <= 10)
        }
    }

    @Test("merging keeps older telling sentences, adds the new ones, and doubles nothing")
    func merge() throws {
        let first = try #require(condense(["My sister Amna is getting married in June."]))
        let second = try #require(condense(["I start a new job at the bank tomorrow."], previous: first))
        #expect(second.text.contains("“My sister Amna is getting married in June”"))
        #expect(second.text.contains("“I start a new job at the bank tomorrow”"))
        let again = try #require(condense(["I start a new job at the bank tomorrow."], previous: second))
        #expect(again.text.ranges(of: "new job at the bank").count == 1)
    }

    @Test("small talk after something good keeps the good")
    func smallTalkKeeps() throws {
        let good = try #require(condense(["My sister Amna is getting married in June, I am so happy."]))
        let after = try #require(condense(["ok", "thanks"], previous: good))
        #expect(after.text.contains("Amna is getting married"))
    }

    @Test("a summary by another program is kept as a quotation")
    func foreign() throws {
        let other = ConversationDigest(text: "The user discussed a new job offer.", topics: ["job"], facts: [], tone: "neutral")
        let merged = try #require(condense(["My exam is on Friday at nine"], previous: other))
        #expect(merged.text.contains("discussed a new job offer"))
        #expect(merged.topics.contains("job"))
    }

    @Test("it is stored with the conversation and in the state of somebody who had none")
    func stored() async throws {
        let (id, messages) = try await person.talk([
            ("My sister Amna is getting married in June", "Congratulations!"), ("I am so happy for her", "Lovely."),
        ])
        try await person.store.write { transaction in
            _ = try transaction.saveMemory(
                MemoryInput(category: "RELATIONSHIP", key: "sister_name", value: "Amna"),
                provenance: Provenance(source: .said, messageID: messages[0].id))
        }
        #expect(try await service.updateSummary(of: id))
        let (conversation, state) = try await person.store.read { (try $0.conversation(id: id), try $0.conversationState()) }
        #expect(conversation?.facts == ["sister name: Amna"])
        #expect(conversation?.tone == "positive")
        #expect(conversation?.summary == state?.lastSummary)
        #expect(state?.lastTopics == conversation?.topics)
        #expect(state?.lastConversationAt == messages.last?.createdAt)
        #expect(state?.lastUserMessage == "I am so happy for her")
        #expect(state?.trustScore == 3.0)
        let last = try #require(try await service.lastSummary())
        #expect(last.text == conversation?.summary)
    }

    @Test("an empty conversation and an unknown one leave the last summary alone")
    func neverEmpty() async throws {
        let (first, _) = try await person.talk([("My exam is on Friday at nine", "Good luck!")])
        try await service.updateSummary(of: first)
        let good = try await service.lastSummary()
        let (second, _) = try await person.talk([("hi", "hello"), ("bye", "bye")])
        #expect(try await !service.updateSummary(of: second, isFinal: true))
        #expect(try await !service.updateSummary(of: "no such conversation"))
        #expect(try await service.lastSummary() == good)
        #expect(service.metrics.counters["nothingToSay"] == 2)
    }

    @Test("a late summary of an earlier conversation does not replace that of a later one")
    func late() async throws {
        let (first, _) = try await person.talk([("My exam is on Friday at nine", "Good luck!")])
        let (second, _) = try await person.talk([("I planted tomatoes in the garden today", "How nice.")])
        try await service.updateSummary(of: second)
        try await service.updateSummary(of: first, isFinal: true)
        #expect(try await service.lastSummary()?.text.contains("tomatoes") == true)
        #expect(try await person.store.read { try $0.conversation(id: first)?.summary }?.contains("exam") == true)
    }

    @Test("facts that were forgotten since are not carried on")
    func forgottenFacts() async throws {
        let (id, messages) = try await person.talk([
            ("I live in Lahore near the canal", "Nice."), ("My brother Bilal plays cricket", "Good."),
        ])
        try await person.store.write { transaction in
            for (index, entry) in [("FACT", "location", "Lahore"), ("RELATIONSHIP", "brother_name", "Bilal")].enumerated() {
                _ = try transaction.saveMemory(
                    MemoryInput(category: entry.0, key: entry.1, value: entry.2),
                    provenance: Provenance(source: .said, messageID: messages[index * 2].id))
            }
        }
        try await service.updateSummary(of: id)
        try await person.memories.forget(category: .fact, key: "location")
        try await service.updateSummary(of: id)
        #expect(try await person.store.read { try $0.conversation(id: id)?.facts } == ["brother name: Bilal"])
    }

    @Test("notes of the system break no turn, several answers are one, the companion's first words are none")
    func turns() async throws {
        let id = try await person.store.write { transaction in
            let id = try transaction.startConversation(channel: "terminal").id
            for (role, text) in [
                (MessageRole.assistant, "hello"), (.user, "a"), (.system, "note"), (.assistant, "b"), (.assistant, "c"),
                (.user, "d"),
            ] {
                _ = try transaction.appendMessage(conversationID: id, role: role, text: text)
            }
            return id
        }
        let messages = try await person.store.read { try $0.messages(conversation: id) }
        #expect(
            ConversationTurn.turns(in: messages) == [
                ConversationTurn(user: "a", assistant: "b c"), ConversationTurn(user: "d", assistant: ""),
            ])
    }
}
