import Foundation
import LocalStore
import Logging
import Networking
import TestSupport
import Testing

@testable import CompanionServices

/// What a day may cost, and what happens when that is spent.
@Suite(.timeLimit(.minutes(20))) struct DailyBudgetTests {
    private let cloud: ScriptedModels

    init() async throws {
        cloud = try await ScriptedModels()
    }

    private func rung(_ server: ScriptedModels, _ kind: LadderRung.Kind) throws -> LadderRung {
        let address = try #require(URL(string: server.address))
        let model = OpenAIChatModel(
            server: ModelServer(address: address, key: nil, model: "scripted-1"), transport: try CurlTransport())
        return LadderRung(kind: kind) { model }
    }

    private func harness(_ limits: DailyBudget.Limits, nearby: ScriptedModels? = nil) throws -> ConversationHarness {
        var tuning = LadderTuning()
        // A busy machine is no late server.
        tuning.cloudPatience = .seconds(60)
        tuning.serverPatience = .seconds(60)
        tuning.stall = .seconds(60)
        tuning.total = .seconds(200)
        let rungs = try [rung(cloud, .cloud)] + (nearby.map { [try rung($0, .server)] } ?? [])
        return try ConversationHarness(
            ladder: LanguageLadder(rungs: rungs, tuning: tuning, logger: Logger(label: "test")),
            budget: DailyBudget(
                limits: limits, prices: try #require(ModelPrices("scripted-1=2/8")), zone: ConversationHarness.karachi))
    }

    private func spending(_ harness: ConversationHarness) async throws -> DailyBudget.Spending {
        let (budget, now) = (harness.companion.options.budget, harness.clock.now())
        return try await harness.companion.store.read { try budget.spending($0, at: now) }
    }

    @Test(
        "when the day's tokens are spent the cloud is left alone until midnight; that is said once, and a restart changes nothing"
    )
    func tokens() async throws {
        try await cloud.always(answer: "The cloud speaks to you.")
        let harness = try harness(.init(tokens: 100))
        #expect(try await harness.say("I went to the park") == "The cloud speaks to you.")
        #expect(try await spending(harness).tokens > 100)
        try await harness.reopen(ending: false)
        let first = try await harness.say("it was lovely there")
        #expect(first.contains("budget") && !first.contains("The cloud speaks"))
        let why = try await harness.session.why()
        #expect(why.route.first == RungUse(rung: "cloud", outcome: .skipped, why: "the day's 100 tokens are spent"))
        #expect(why.rules.contains("said that the day's budget is spent"))
        try await harness.reopen(ending: false)
        #expect(try await !harness.say("the trees were green").contains("budget"))
        #expect(try await cloud.asked().count == 1)
        // Two in the afternoon in Karachi; ten hours later it is another day there.
        harness.clock.advance(seconds: 9 * 3600)
        _ = try await harness.say("I cannot sleep")
        #expect(try await cloud.asked().count == 1)
        harness.clock.advance(seconds: 3600)
        #expect(try await harness.say("still awake") == "The cloud speaks to you.")
        #expect(try await cloud.asked().count == 2)
    }

    @Test("the person's own day counts, wherever the device thinks it is")
    func ownDay() async throws {
        let harness = try harness(.init(tokens: 1))
        try await harness.companion.store.write { try $0.setSetting(PersonSetting.timeZone, "Pacific/Auckland") }
        _ = try await harness.say("I went to the park")
        // Ten at night there.
        harness.clock.advance(seconds: 2.5 * 3600)
        #expect(try await spending(harness).tokens == 0)
    }

    @Test("a server nearby goes on in the cloud's place, after it was said why")
    func nearby() async throws {
        let nearby = try await ScriptedModels()
        try await nearby.always(answer: "I am the one next door.")
        let harness = try harness(.init(cost: Money("0.0001")), nearby: nearby)
        try await cloud.always(answer: "The cloud speaks to you.")
        _ = try await harness.say("I went to the park")
        let second = try await harness.say("it was lovely there")
        #expect(second.contains("budget") && second.hasSuffix("I am the one next door."), "\(second)")
        #expect(try await harness.say("the trees were green") == "I am the one next door.")
        #expect(try await cloud.asked().count == 1)
    }

    @Test(
        "it is said in the person's language",
        arguments: [("مجھے آج اچھا لگ رہا ہے", "بجٹ"), ("mujhe aaj acha lag raha hai", "budget khatam")])
    func language(text: String, words: String) async throws {
        let harness = try harness(.init(tokens: 0))
        #expect(try await harness.say(text).contains(words))
        #expect(try await cloud.asked().isEmpty)
    }

    @Test("money is counted by the model's price, for what was read and said")
    func cost() async throws {
        try await cloud.always(answer: "The cloud speaks to you.")
        let harness = try harness(.init(cost: Money("10")))
        _ = try await harness.say("I went to the park")
        let usage = try #require(try await harness.session.why().route.first?.usage)
        #expect(!usage.isEstimated && usage.prompt > 0 && usage.answer > 0)
        let expected = Int64(usage.prompt) * 2_000 + Int64(usage.answer) * 8_000
        #expect(try await spending(harness).cost == Money(billionths: expected))
        #expect(try await spending(harness).tokens == usage.total)
    }

    @Test("what a server does not count is estimated, and so is what was broken off", arguments: ["no-usage", "cut", "empty"])
    func estimated(fault: String) async throws {
        try await cloud.always(fault: fault, answer: "one two three four five six seven eight nine ten eleven twelve")
        let harness = try harness(.init(tokens: 1_000_000))
        _ = try await harness.say("I went to the park")
        let usage = try #require(try await harness.session.why().route.first?.usage)
        #expect(usage.prompt > 100)
        #expect(usage.isEstimated || fault == "empty")
        #expect(try await spending(harness).tokens == usage.total)
    }

    @Test("a refused request costs nothing", arguments: ["unauthorized", "trouble", "busy"])
    func refused(fault: String) async throws {
        try await cloud.always(fault: fault)
        let harness = try harness(.init(tokens: 1_000_000))
        _ = try await harness.say("I went to the park")
        #expect(try await spending(harness).tokens == 0)
    }

    @Test("whoever stops an answer before its first words has spent what was asked")
    func interrupted() async throws {
        try await cloud.next(faults: ["slow"])
        let harness = try harness(.init(tokens: 1_000_000))
        let session = harness.session
        let asking = Task { try await session.reply(to: "I went to the park") }
        try await cloud.waitUntilAsked()
        asking.cancel()
        await #expect(throws: CancellationError.self) { try await asking.value }
        #expect(try await spending(harness).tokens > 100)
    }

    @Test("a clock that is set back keeps what was spent; one that was far ahead does not")
    func clock() async throws {
        let person = try Person()
        let budget = DailyBudget(limits: .init(tokens: 10), zone: .gmt)
        let use = RungUse(rung: "cloud", model: "m", outcome: .answered, usage: TokenUsage(prompt: 5, answer: 5))
        try await person.store.write { try budget.note([use], in: $0) }
        let now = person.clock.now()
        for (days, tokens) in [(0.0, 10), (-1, 10), (-2, 0), (1, 0)] {
            let then = now.advanced(by: days * 86_400)
            #expect(try await person.store.read { try budget.spending($0, at: then).tokens } == tokens, "\(days)")
        }
    }

    @Test(
        "amounts are read and shown",
        arguments: [("2", "2.00"), ("0.60", "0.60"), ("0.0023", "0.0023"), ("0", "0.00"), ("12.345", "12.34")])
    func money(text: String, shown: String) {
        #expect(Money(text)?.text == shown)
    }

    @Test("what is no amount is refused", arguments: ["", ".5", "1.", "-1", "1,5", "1e3", "0.0000000001", "٣", "1 "])
    func noMoney(text: String) {
        #expect(Money(text) == nil)
    }

    @Test("prices are read by model, with one for all others")
    func prices() throws {
        let prices = try #require(ModelPrices("gpt-4o-mini=0.15/0.60/0.075, *=1/2"))
        #expect(
            prices.price(of: "gpt-4o-mini")?.cost(of: TokenUsage(prompt: 1_000_000, answer: 1_000_000, cached: 500_000))
                == Money("0.7125"))
        #expect(prices.price(of: "other")?.cost(of: TokenUsage(prompt: 1_000_000, answer: 500_000)) == Money("2"))
        for text in ["", "m", "m=1", "m=1/2/3/4", "m=1/x", "=1/2", "m=1/2,m=1/2"] {
            #expect(ModelPrices(text) == nil, "\(text)")
        }
    }
}
