/// Why something said could not be taken in. Nothing of such a turn is kept.
package enum ConversationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Nothing but white space and control characters.
    case nothingSaid
    /// Longer than a person says at once.
    case tooLong(characters: Int, limit: Int)
    /// Nothing has been said yet that could be explained.
    case nothingToExplain

    package var description: String {
        switch self {
        case .nothingSaid: "There is nothing to answer: the line holds no text."
        case .tooLong(let characters, let limit):
            "That is \(characters) characters at once; at most \(limit) are taken in. Say it in smaller parts."
        case .nothingToExplain: "There is no answer yet that could be explained."
        }
    }
}
