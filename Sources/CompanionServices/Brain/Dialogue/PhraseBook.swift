import Foundation
import LocalStore

/// Everything the companion can say in one language, by id; from `phrases.<language>.json`.
struct PhraseBook: Sendable {
    /// One variant and when it fits.
    struct Phrase: Sendable {
        let template: PhraseTemplate
        let conditions: Conditions
    }

    /// When a variant may be said; what is not named does not matter.
    struct Conditions: Decodable, Sendable, Hashable {
        var part: [DayPart]?
        var gender: [Gender]?
        /// From this stage of the relation on, such as `GUIDANCE`.
        var from: ConversationStage?
        var mood: [Mood]?

        static let none = Conditions()

        func hold(in circumstances: Circumstances) -> Bool {
            if let part, !part.contains(circumstances.part) { return false }
            if let gender, !gender.contains(circumstances.gender) { return false }
            if let from, circumstances.stage.rank < from.rank { return false }
            if let mood, !mood.contains(circumstances.mood) { return false }
            return true
        }
    }

    /// What variants are chosen by.
    struct Circumstances: Sendable, Hashable {
        var part: DayPart
        var gender: Gender
        var stage: ConversationStage
        var mood: Mood
    }

    enum Mood: String, Decodable, Sendable, Hashable { case low, even, high }

    /// The data file cannot be used: the installation is damaged.
    struct LoadError: Error, CustomStringConvertible {
        let file: String
        let problem: String

        var description: String { "\(file) cannot be used: \(problem). Reinstall the program or restore the file." }
    }

    let language: Language
    private let phrases: [String: [Phrase]]

    init(_ language: Language, directory: URL) throws(LoadError) {
        let name = "phrases.\(language.rawValue).json"
        let entries: [String: [Entry]]
        do {
            entries = try JSONDecoder().decode([String: [Entry]].self, from: Data(contentsOf: directory.appending(path: name)))
        } catch {
            throw LoadError(file: name, problem: String(describing: error))
        }
        try self.init(language, entries: entries, file: name)
    }

    init(_ language: Language, entries: [String: [Entry]], file: String) throws(LoadError) {
        self.language = language
        var phrases: [String: [Phrase]] = [:]
        for (id, list) in entries {
            guard !list.isEmpty else { throw LoadError(file: file, problem: "\(id) has no phrase") }
            var parsed: [Phrase] = []
            for entry in list {
                do throws(PhraseTemplate.ParseError) {
                    parsed.append(Phrase(template: try PhraseTemplate(entry.say), conditions: entry.when))
                } catch {
                    throw LoadError(file: file, problem: "\(id): \(error)")
                }
            }
            phrases[id] = parsed
        }
        self.phrases = phrases
    }

    /// A variant as written: a string, or `{"say": …, "when": …}`.
    struct Entry: Decodable, Sendable {
        let say: String
        let when: Conditions

        private enum CodingKeys: String, CodingKey { case say, when }

        init(from decoder: any Decoder) throws {
            if let text = try? decoder.singleValueContainer().decode(String.self) {
                say = text
                when = .none
            } else {
                let container = try decoder.container(keyedBy: CodingKeys.self)
                say = try container.decode(String.self, forKey: .say)
                when = try container.decodeIfPresent(Conditions.self, forKey: .when) ?? .none
            }
        }
    }

    /// Says nothing.
    static func empty(_ language: Language) -> PhraseBook { PhraseBook(language: language, phrases: [:]) }

    private init(language: Language, phrases: [String: [Phrase]]) {
        self.language = language
        self.phrases = phrases
    }

    var ids: Set<String> { Set(phrases.keys) }

    func has(_ id: String) -> Bool { phrases[id] != nil }

    func variants(of id: String) -> [Phrase] { phrases[id] ?? [] }
}
