/// Something that a model may only do when the person asks for it in this very turn. Their words decide that, by lists
/// (`dialogue.json`), and no text that a model reads can.
enum ToolWish: String, Sendable, Hashable, CaseIterable {
    case forget, remind, cancel, sound

    /// What the words ask for, or seem to.
    static func all(in tokens: [String], lists: [String: PhraseList]) -> Set<ToolWish> {
        Set(allCases.filter { lists["tool.\($0.rawValue)"]?.matches(tokens) ?? false })
    }

    /// Told to a model that calls all the same.
    var refusal: String {
        switch self {
        case .forget: "The person did not ask now for anything to be forgotten."
        case .remind: "The person did not ask now to be reminded."
        case .cancel: "The person did not ask now for anything to be cancelled."
        case .sound: "The person said nothing now about how loud the device speaks."
        }
    }
}
