import Foundation
import SyncSimulation

/// What the command line asks for: `seeds=N first=N seed=N actions=1,2 troubles=a,b workers=N mutation=name failures=N shrunk=N`.
struct Settings {
    struct Unknown: Error, CustomStringConvertible {
        let description: String
    }

    private(set) var seeds: Range<UInt64> = 1..<2001
    /// Set when one run is to be shown.
    private(set) var plan: Plan?
    private(set) var workers = ProcessInfo.processInfo.activeProcessorCount
    private(set) var mutation: Mutation?
    /// After so many failures no new seeds are begun.
    private(set) var mostFailures = 3
    /// So many of them are made small.
    private(set) var mostShrunk = 3

    init(arguments: [String]) throws {
        var values: [String: String] = [:]
        for argument in arguments {
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, Self.names.contains(parts[0]) else {
                throw Unknown(description: "'\(argument)' is none of \(Self.names.sorted().joined(separator: "= "))=")
            }
            if !parts[1].isEmpty { values[parts[0]] = parts[1] }
        }
        let first = try values["first"].map(Self.number) ?? 1
        seeds = first..<first + (try values["seeds"].map(Self.number) ?? 2000)
        if let workers = values["workers"] { self.workers = max(1, Int(try Self.number(workers))) }
        if let most = values["failures"] { mostFailures = max(1, Int(try Self.number(most))) }
        if let most = values["shrunk"] { mostShrunk = Int(try Self.number(most)) }
        if let name = values["mutation"] {
            guard let mutation = Mutation(rawValue: name) else {
                throw Unknown(
                    description:
                        "no mutation is called '\(name)'; there are \(Mutation.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            self.mutation = mutation
        }
        if let seed = values["seed"] {
            var plan = Plan(seed: try Self.number(seed))
            if let kept = values["actions"] {
                let all = plan.actions
                plan.actions = try Self.numbers(kept).map { number in
                    guard let index = Int(exactly: number), all.indices.contains(index) else {
                        throw Unknown(description: "this seed has actions 0 to \(all.count - 1), not \(number)")
                    }
                    return all[index]
                }
            }
            if let kept = values["troubles"] {
                let names = kept == "none" ? [] : kept.split(separator: ",")
                plan.troubles = Set(
                    try names.map { name in
                        guard let trouble = Trouble(rawValue: String(name)) else {
                            throw Unknown(description: "no trouble is called '\(name)'")
                        }
                        return trouble
                    })
            }
            self.plan = plan
        }
    }

    private static let names: Set<String> = [
        "seeds", "first", "seed", "actions", "troubles", "workers", "mutation", "failures", "shrunk",
    ]

    private static func number(_ text: String) throws -> UInt64 {
        guard let number = UInt64(text) else { throw Unknown(description: "'\(text)' is not a number") }
        return number
    }

    private static func numbers(_ text: String) throws -> [UInt64] {
        text == "none" ? [] : try text.split(separator: ",").map { try number(String($0)) }
    }
}
