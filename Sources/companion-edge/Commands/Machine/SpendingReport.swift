import CompanionServices
import LocalStore

/// What `status` and `doctor` tell of what a person's day has cost at the cloud's models.
struct SpendingReport: Encodable, Sendable {
    let tokens: Int
    let cost: String
    let tokenLimit: Int?
    let costLimit: String?
    /// Whether the cloud is left alone until midnight.
    let isSpent: Bool

    init(_ budget: DailyBudget, _ view: StoreView, at now: Timestamp) throws {
        let spending = try budget.spending(view, at: now)
        tokens = spending.tokens
        cost = spending.cost.text
        tokenLimit = budget.limits.tokens
        costLimit = budget.limits.cost?.text
        isSpent = budget.overdraft(spending) != nil
    }

    /// Whether there is anything to tell.
    var isWorthTelling: Bool { tokens > 0 || tokenLimit != nil || costLimit != nil }

    /// "12345 of 200000 tokens and 0.02 of 0.50 today".
    var words: String {
        func part(_ spent: String, _ limit: String?) -> String { limit.map { "\(spent) of \($0)" } ?? spent }
        let text = "\(part("\(tokens)", tokenLimit.map(String.init))) tokens and \(part(cost, costLimit)) today"
        return isSpent ? text + "; that is all until midnight" : text
    }

    enum CodingKeys: String, CodingKey {
        case tokens, cost
        case tokenLimit = "token_limit"
        case costLimit = "cost_limit"
        case isSpent = "spent"
    }
}
