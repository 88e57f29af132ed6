import Foundation
import LocalStore

/// What a person's day may cost at models that are paid for, and what it has cost so far.
///
/// The day is the person's own. What was spent is kept in their store, in the transaction that keeps the answer, so that neither a
/// restart nor a crash forgets it.
package struct DailyBudget: Sendable {
    /// What may be spent in a day; nil for as much as it takes.
    package struct Limits: Sendable, Hashable {
        package var tokens: Int?
        package var cost: Money?

        package init(tokens: Int? = nil, cost: Money? = nil) {
            self.tokens = tokens
            self.cost = cost
        }

        package var isEmpty: Bool { tokens == nil && cost == nil }
    }

    /// Which of the limits is reached.
    package enum Overdraft: Sendable, Hashable {
        case tokens(limit: Int)
        case cost(limit: Money)

        /// For lists of what was tried.
        package var label: String {
            switch self {
            case .tokens(let limit): "the day's \(limit) tokens are spent"
            case .cost(let limit): "the day's \(limit.text) are spent"
            }
        }
    }

    /// What one day has cost.
    package struct Spending: Sendable, Hashable, Codable {
        /// The days from 1970 to it.
        var day: Int
        package var tokens = 0
        package var cost = Money.zero
        /// Whether the person was told that the day's budget is spent.
        var isSaid = false
    }

    package let limits: Limits
    let prices: ModelPrices
    let zone: TimeZone

    /// `zone` is that of a person who has named none.
    package init(limits: Limits = Limits(), prices: ModelPrices = .none, zone: TimeZone) {
        self.limits = limits
        self.prices = prices
        self.zone = zone
    }

    /// What today has cost until now.
    package func spending(_ view: StoreView, at now: Timestamp) throws -> Spending {
        let zone = try view.setting(PersonSetting.timeZone).flatMap(TimeZone.init(identifier:)) ?? zone
        let today = LocalCalendar(timeZone: zone).date(of: now).daysSince1970
        guard let kept = try view.decodedSetting(Spending.self, PersonSetting.modelSpending) else { return Spending(day: today) }
        // Neither a clock that is set back nor a flight to the west begins the day anew; a clock that was years ahead does.
        return kept.day == today || kept.day == today + 1 ? kept : Spending(day: today)
    }

    /// Nil while there is something left.
    package func overdraft(_ spending: Spending) -> Overdraft? {
        if let limit = limits.cost, spending.cost >= limit { return .cost(limit: limit) }
        if let limit = limits.tokens, spending.tokens >= limit { return .tokens(limit: limit) }
        return nil
    }

    /// Adds what an answer has cost. Only the cloud's models are paid for.
    func note(_ uses: [RungUse], in transaction: StoreTransaction) throws {
        let paid = uses.filter { $0.rung == LadderRung.Kind.cloud.rawValue }
        guard paid.contains(where: { $0.usage != nil }) else { return }
        var spending = try spending(transaction.view, at: transaction.now)
        for use in paid {
            guard let usage = use.usage else { continue }
            let (sum, overflow) = spending.tokens.addingReportingOverflow(max(0, usage.total))
            spending.tokens = overflow ? .max : sum
            spending.cost = spending.cost + (use.model.flatMap(prices.price)?.cost(of: usage) ?? .zero)
        }
        try transaction.encodeSetting(PersonSetting.modelSpending, spending)
    }

    /// Whether the person has still to be told that the day's budget is spent.
    func mustBeSaid(_ view: StoreView, at now: Timestamp) throws -> Bool {
        let spending = try spending(view, at: now)
        return overdraft(spending) != nil && !spending.isSaid
    }

    func noteSaid(in transaction: StoreTransaction) throws {
        var spending = try spending(transaction.view, at: transaction.now)
        spending.isSaid = true
        try transaction.encodeSetting(PersonSetting.modelSpending, spending)
    }
}
