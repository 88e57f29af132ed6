import LocalStore
import TestSupport
import Testing

@testable import CompanionServices

@Suite struct ContinuityTests {
    private func decide(_ messages: [String], hours: Double, question: String? = nil, topics: [String] = []) throws -> Continuity
    {
        let policy = ContinuityPolicy(lexicon: try SignalLexicon())
        let then = Timestamp(milliseconds: 1_800_000_000_000)
        let last = LastConversation(
            conversationID: "c", lastMessages: messages.reversed(), lastTimestamp: then, unansweredQuestion: question,
            summary: nil, topics: topics, tone: nil, language: .english, hasDeferredQuestion: false)
        return policy.decide(last, now: then.advanced(by: hours * 3600))
    }

    private let open = ["I have an interview on Monday and I'm nervous"]

    @Test(
        "an important matter is taken up for twelve hours, not surely up to a day, never after",
        arguments: [
            (0.1, Continuity.Decision.followUp, true), (12, .followUp, true), (12.01, .followUp, false), (24, .followUp, false),
            (24.01, .freshStart, true), (72, .freshStart, true), (72.01, .freshStart, true), (9_999, .freshStart, true),
        ])
    func hours(_ hours: Double, decision: Continuity.Decision, sure: Bool) throws {
        let continuity = try decide(open, hours: hours)
        #expect(continuity.decision == decision)
        #expect((continuity.confidence > Continuity.requiredConfidence) == sure)
    }

    @Test("beyond three days nothing is looked at")
    func skipped() throws {
        #expect(try decide(open, hours: 72.01).reason == .tooLongAgo)
        #expect(try decide(open, hours: 71.99).reason == .dayOld)
    }

    @Test(
        "the reason follows from what was said",
        arguments: [
            (["my exam is next week"], Continuity.Reason.important), (["I'll tell you more later"], .unfinished),
            (["ہم اس پر بعد میں بات کریں گے"], .unfinished), (["I was so happy today"], .emotional),
            (["the bus was late"], .casual),
            (["I was so happy today", "ok good night"], .saidGoodbye), (["my exam is next week", "bye"], .important),
            (["I owe a loan", "I'm nervous"], .sensitive), (["میرا آپریشن ہے"], .sensitive), (["I want to die"], .sensitive),
        ])
    func reasons(messages: [String], reason: Continuity.Reason) throws {
        let continuity = try decide(messages, hours: 2)
        #expect(continuity.reason == reason)
        let fresh: Set<Continuity.Reason> = [.casual, .saidGoodbye, .sensitive]
        #expect((continuity.decision == .freshStart) == fresh.contains(reason))
    }

    @Test("only the three newest messages count")
    func three() throws {
        #expect(try decide(["my exam is soon", "the bus was late", "it rained", "we had rice"], hours: 1).reason == .casual)
    }

    @Test("a question of the companion's that was never answered is something left open")
    func unanswered() throws {
        #expect(try decide(["the bus was late"], hours: 1, question: "Where were you going?").reason == .unfinished)
        #expect(try decide(["bye"], hours: 1, question: "Already?").reason == .saidGoodbye)
    }

    @Test("the topic is one that is not delicate")
    func topic() throws {
        #expect(try decide(open, hours: 1, topics: ["divorce", "interview"]).topic == "interview")
        #expect(try decide(open, hours: 1, topics: ["hospital"]).topic == nil)
    }

    @Test("a clock set back behind the last conversation counts as no time at all")
    func clockSetBack() throws {
        #expect(try decide(open, hours: -9_000).decision == .followUp)
    }

    @Test("without a history everything starts fresh")
    func noHistory() throws {
        let policy = ContinuityPolicy(lexicon: try SignalLexicon())
        let continuity = policy.decide(nil, now: Timestamp(milliseconds: 0))
        #expect(continuity.decision == .freshStart)
        #expect(continuity.reason == .noHistory)
    }
}
