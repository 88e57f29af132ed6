import LocalStore

/// The companion's own mind: rules and phrases, no model and no network. The same words in the same circumstances get the same
/// answer.
package struct EmbeddedBrain: Sendable {
    /// Reads patterns and phrases from the program's data; takes a moment, so do it once.
    package static func load() throws -> EmbeddedBrain { EmbeddedBrain() }
}
