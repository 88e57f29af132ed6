/// An answer that is not what the contract says. It is refused as a whole: nothing of it is applied.
package struct WireError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Where and what, such as `pull.rows[3].s is not a whole number`.
    package let reason: String

    package init(_ reason: String) {
        self.reason = reason
    }

    package var description: String { "The server's answer cannot be used: \(reason)." }
}
