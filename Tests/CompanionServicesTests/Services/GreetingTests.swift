import Foundation
import LocalStore
import Testing

@testable import CompanionServices

@Suite struct GreetingTests {
    let policy: GreetingPolicy

    init() throws {
        policy = GreetingPolicy(phrases: try ServiceData.load(GreetingPhrases.self, from: "greetings"))
    }

    private let now = Timestamp(milliseconds: 1_773_133_200_000)  // 2026-03-10T09:00Z, two in the afternoon in Karachi

    private func situation(_ language: Language = .english, daysAgo: Double? = nil, ongoing: OngoingTopic? = nil)
        -> GreetingSituation
    {
        let last = daysAgo.map { days in
            LastConversation(
                conversationID: "c", lastMessages: ["hello"], lastTimestamp: now.advanced(by: -days * 86_400),
                unansweredQuestion: nil, summary: nil, topics: [], tone: nil, language: language, hasDeferredQuestion: false)
        }
        return GreetingSituation(
            language: language, name: nil, gender: .unknown, now: now, zone: TimeZone(identifier: "Asia/Karachi") ?? .gmt,
            last: last, continuity: Continuity(decision: .freshStart, confidence: 1, reason: .casual, topic: nil),
            ongoing: ongoing, recent: [], seed: 0)
    }

    @Test(
        "the part of the day follows the person's own clock",
        arguments: [
            (4, DayPart.night), (5, .morning), (11, .morning), (12, .afternoon), (16, .afternoon), (17, .evening), (20, .evening),
            (21, .night), (0, .night),
        ])
    func dayPart(hour: Int, part: DayPart) {
        #expect(DayPart(hour: hour) == part)
    }

    @Test(
        "zones, half hours and times before 1970 are reckoned correctly",
        arguments: [
            ("2026-03-10T09:00:00Z", "Asia/Karachi", DayPart.afternoon), ("2026-03-10T23:59:59Z", "Asia/Karachi", .night),
            ("2026-03-11T00:00:00Z", "Asia/Karachi", .morning), ("2026-07-01T16:30:00Z", "America/New_York", .afternoon),
            ("2026-03-10T06:30:00Z", "Asia/Kolkata", .afternoon), ("1969-12-31T23:30:00Z", "UTC", .night),
        ])
    func zones(time: String, zone: String, part: DayPart) throws {
        let time = try #require(Timestamp(iso8601: time))
        #expect(DayPart(at: time, in: try #require(TimeZone(identifier: zone))) == part)
    }

    @Test(
        "the kind follows from how long ago it was and what was left",
        arguments: [
            (nil, Greeting.Kind.firstMeeting), (0.01, .fresh), (1, .callback), (13.9, .callback), (14, .callback),
            (14.1, .longAway),
            (400, .longAway),
        ] as [(Double?, Greeting.Kind)])
    func kinds(daysAgo: Double?, kind: Greeting.Kind) {
        let ongoing = OngoingTopic(text: "cricket", origin: .conversation)
        #expect(policy.greeting(for: situation(daysAgo: daysAgo, ongoing: ongoing)).kind == kind)
    }

    @Test(
        "a sure follow-up names its topic if it fits the greeting's letters",
        arguments: [
            (Language.english, "interview", true), (.urdu, "انٹرویو", true), (.urdu, "interview", false),
            (.english, "انٹرویو", false),
            (.romanUrdu, "interview", true), (.english, "a very long topic of many words", false),
        ])
    func followUp(language: Language, topic: String, named: Bool) {
        var situation = situation(language, daysAgo: 0.1)
        situation.continuity = Continuity(decision: .followUp, confidence: 0.9, reason: .important, topic: topic)
        let greeting = policy.greeting(for: situation)
        #expect(greeting.kind == .followUp)
        #expect(greeting.text.contains(topic) == named)
    }

    @Test("an unsure follow-up and a delicate matter open afresh")
    func unsure() {
        var situation = situation(daysAgo: 0.8)
        situation.continuity = Continuity(decision: .followUp, confidence: 0.6, reason: .important, topic: "interview")
        #expect(policy.greeting(for: situation).kind == .fresh)
        situation.continuity = Continuity(decision: .freshStart, confidence: 0.9, reason: .sensitive, topic: nil)
        situation.ongoing = OngoingTopic(text: "cricket", origin: .conversation)
        #expect(policy.greeting(for: situation).kind == .fresh)
    }

    @Test(
        "the first name is used, without titles",
        arguments: [
            ("Ayesha Khan", "Ayesha"), ("Dr. Ayesha Khan", "Ayesha"), ("ڈاکٹر عائشہ خان", "عائشہ"), ("Ali", "Ali"), ("Dr", "Dr"),
        ])
    func firstName(full: String, first: String) {
        #expect(GreetingPolicy.firstName(full) == first)
    }

    @Test("an opener is not repeated until the others have been used", arguments: Language.allCases)
    func noRepeats(_ language: Language) {
        var situation = situation(language, daysAgo: 3)
        var openers: [String] = []
        for _ in 0..<12 {
            let greeting = policy.greeting(for: situation)
            openers.append(greeting.opener)
            situation.recent = Array(
                ([greeting.opener] + situation.recent.filter { $0 != greeting.opener }).prefix(GreetingPolicy.remembered))
        }
        for (first, second) in zip(openers, openers.dropFirst()) { #expect(first != second) }
        #expect(Set(openers.prefix(4)).count == 4)
    }

    @Test("the same situation gives the same words; the seed chooses among them")
    func deterministic() {
        var situation = situation(daysAgo: 3)
        #expect(policy.greeting(for: situation) == policy.greeting(for: situation))
        let texts = (0..<4).map { seed in
            situation.seed = seed
            return policy.greeting(for: situation).text
        }
        #expect(Set(texts).count == 4)
        situation.seed = .min
        #expect(!policy.greeting(for: situation).text.isEmpty)
    }

    /// Every opener of every language, with and without a name, to a man and to a woman.
    @Test("every opener fills in completely, ends as a sentence and stays short", arguments: Language.allCases)
    func phrases(_ language: Language) {
        let set = policy.phrases.set(for: language)
        let openers =
            DayPart.allCases.flatMap { set.fresh[$0.rawValue] ?? [] } + set.firstMeeting + set.followUp + set.followUpPlain
            + set.callback + set.longAway + [set.plain]
        #expect(DayPart.allCases.allSatisfy { (set.fresh[$0.rawValue] ?? []).count >= 3 })
        #expect(set.followUp.count >= 3 && set.callback.count >= 3 && set.longAway.count >= 3 && set.followUpPlain.count >= 3)
        let name = language == .urdu ? "عائشہ" : "Ayesha"
        let topic = language == .urdu ? "نیا کام" : "the new job"
        for opener in openers {
            for gender in [Gender.female, .male] {
                for name in [name, nil] {
                    guard let text = Filling(name: name, topic: topic, gender: gender).fill(opener) else {
                        Issue.record("\(opener) cannot be filled in")
                        continue
                    }
                    #expect(!text.contains { "[]{}<>|".contains($0) }, "\(text)")
                    #expect(text.last.map { ".?!؟۔".contains($0) } == true, "\(text)")
                    #expect(!text.contains("  "), "\(text)")
                    #expect(text.split(separator: " ").count <= 26, "\(text)")
                    #expect(!["ho?", "tum ", "تم ", "ہو؟"].contains(where: text.contains), "\(text)")
                }
            }
        }
        for opener in set.followUp + set.callback { #expect(opener.contains("{topic}")) }
    }

    @Test("the person's gender and the companion's own show in Urdu verbs")
    func agreement() {
        let template = "آپ <کیسے/کیسی> ہیں[ {name}]؟"
        #expect(Filling(name: nil, gender: .female).fill(template) == "آپ کیسی ہیں؟")
        #expect(Filling(name: "علی", gender: .male).fill(template) == "آپ کیسے ہیں علی؟")
        let urdu = policy.phrases.set(for: .urdu)
        #expect(urdu.followUp.contains { $0.contains("سوچ رہی تھی") })
    }

    @Test(
        "what stands in a name or a topic is never read as a template", arguments: ["[x]", "{topic}", "<a/b>", "a]b", "{name}"])
    func hostileName(_ name: String) {
        #expect(Filling(name: name, topic: nil).fill("Hello[, {name}]!") == "Hello, \(name)!")
    }

    @Test("something missing outside brackets means that the opener cannot be used")
    func missing() {
        #expect(Filling().fill("How is {topic}?") == nil)
        #expect(Filling().fill("Hello {unknown}") == nil)
        #expect(Filling().fill("") == nil)
    }
}
