/// What became of one operation on the server.
package struct OperationResult: Sendable, Hashable {
    package enum Outcome: Sendable, Hashable {
        /// Applied, though single fields may have lost; see ``OperationResult/lost``.
        case applied
        /// Something newer stands in its place.
        case lost
        /// It can never be applied as it is.
        case rejected(code: String, message: String)
    }

    package let number: Int64
    /// The operation's UUID, lower case.
    package let id: String
    package let outcome: Outcome
    /// The server had it already; this is what it said then.
    package let isReplay: Bool
    /// The values that did not win, by column.
    package let lost: [String: JSONValue]
    /// What stands in their place.
    package let kept: [String: JSONValue]

    package init(
        number: Int64, id: String, outcome: Outcome, isReplay: Bool = false, lost: [String: JSONValue] = [:],
        kept: [String: JSONValue] = [:]
    ) {
        self.number = number
        self.id = id
        self.outcome = outcome
        self.isReplay = isReplay
        self.lost = lost
        self.kept = kept
    }
}
