/// A language the companion speaks, told apart by script and spelling.
package enum Language: String, Sendable, Hashable, Codable, CaseIterable {
    case english = "en"
    /// Urdu in Arabic script.
    case urdu = "ur"
    /// Urdu as typed in Latin letters, usually with English words among them.
    case romanUrdu = "ur-Latn"
}
