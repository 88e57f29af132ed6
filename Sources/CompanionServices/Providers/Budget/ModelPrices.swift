/// What models cost, by name.
package struct ModelPrices: Sendable, Hashable {
    /// For a million tokens.
    package struct Price: Sendable, Hashable {
        package var read: Money
        package var said: Money
        /// Of what the server still knew; as much as anything else it reads where nothing else is set.
        package var cached: Money

        func cost(of usage: TokenUsage) -> Money {
            let cached = min(max(0, usage.cached), max(0, usage.prompt))
            return Self.part(max(0, usage.prompt) - cached, of: read) + Self.part(cached, of: self.cached)
                + Self.part(max(0, usage.answer), of: said)
        }

        private static func part(_ tokens: Int, of price: Money) -> Money {
            let (whole, overflow) = Int64(clamping: tokens).multipliedReportingOverflow(by: price.billionths)
            return Money(billionths: overflow ? .max : whole / 1_000_000)
        }
    }

    private let byName: [String: Price]
    private let others: Price?

    package static let none = ModelPrices(byName: [:], others: nil)

    private init(byName: [String: Price], others: Price?) {
        self.byName = byName
        self.others = others
    }

    /// As settings write it: `gpt-4o-mini=0.15/0.60/0.075,*=1/2`, for a million tokens read, said, and read from what the server
    /// still knew. `*` is every other model. Nil for anything else.
    package init?(_ text: String) {
        var byName: [String: Price] = [:]
        for entry in text.split(separator: ",") {
            let sides = entry.split(separator: "=", maxSplits: 1).map { $0.trimmingSpaces }
            guard sides.count == 2, !sides[0].isEmpty else { return nil }
            let amounts = sides[1].split(separator: "/", omittingEmptySubsequences: false).map { Money($0.trimmingSpaces) }
            guard (2...3).contains(amounts.count), let read = amounts[0], let said = amounts[1],
                let cached = amounts.count == 3 ? amounts[2] : read, byName[sides[0]] == nil
            else { return nil }
            byName[sides[0]] = Price(read: read, said: said, cached: cached)
        }
        guard !byName.isEmpty else { return nil }
        others = byName.removeValue(forKey: "*")
        self.byName = byName
    }

    package func price(of model: String) -> Price? { byName[model] ?? others }
}

extension Substring {
    fileprivate var trimmingSpaces: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
