import Foundation
import LocalStore

/// Common words in three spellings, to say "چائے" as "tea" and the other way round. What it does not know stays as it was said.
///
/// Only the first word of each list of synonyms counts: near synonyms are good enough to understand by, not to repeat what
/// somebody said.
struct Vocabulary: Sendable {
    /// One meaning with its word in each language.
    private struct Meaning: Sendable {
        let forms: [Language: String]
    }

    /// An entry of the reader's word lists.
    private struct Entry: Decodable {
        let en: String?
        let ur: String?
        let roman: String?

        func first(_ language: Language) -> String? {
            let list =
                switch language {
                case .english: en
                case .urdu: ur
                case .romanUrdu: roman
                }
            return (list ?? "").split(separator: ",").first.map { $0.trimmingCharacters(in: .whitespaces) }
        }
    }

    /// Lists of the reader that hold one meaning an entry; the names in them are written with a capital.
    private static let lists = [("things", false), ("feelings", false), ("places", true), ("tongues", true), ("names", true)]

    private var meanings: [Meaning] = []
    private var byForm: [Language: [String: Int]] = [:]

    init() {}

    init(directory: URL) throws(PhraseBook.LoadError) {
        let own: [String] = try Self.read("vocabulary.json", directory)
        for row in own {
            let forms = row.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
            guard forms.count == 3 else {
                throw PhraseBook.LoadError(file: "vocabulary.json", problem: "\"\(row)\" has not three parts")
            }
            add([.english: forms[0], .urdu: forms[1], .romanUrdu: forms[2]])
        }
        for (name, isName) in Self.lists {
            let entries: [Entry] = try Self.read("lexicon/\(name).json", directory)
            for entry in entries {
                var forms: [Language: String] = [:]
                for language in Language.allCases {
                    guard let form = entry.first(language) else { continue }
                    forms[language] = isName ? form.split(separator: " ").map(\.capitalizedFirst).joined(separator: " ") : form
                }
                add(forms)
            }
        }
    }

    private static func read<Content: Decodable>(_ file: String, _ directory: URL) throws(PhraseBook.LoadError) -> Content {
        do {
            return try JSONDecoder().decode(Content.self, from: Data(contentsOf: directory.appending(path: file)))
        } catch {
            throw PhraseBook.LoadError(file: file, problem: String(describing: error))
        }
    }

    /// The first meaning a form was added with is the one it has.
    mutating func add(_ forms: [Language: String]) {
        let index = meanings.count
        meanings.append(Meaning(forms: forms))
        for (language, form) in forms {
            let key = TextNormalizer.normalize(form)
            if byForm[language, default: [:]][key] == nil { byForm[language, default: [:]][key] = index }
        }
    }

    /// The text in `target` if it is known as a whole, or if all of its parts joined by "and" are; else the text itself.
    func translated(_ text: String, from source: Language, to target: Language) -> String {
        if let word = word(text, from: source, to: target) { return word }
        let parts = Self.parts(text)
        guard parts.count > 1 else { return text }
        let words = parts.compactMap { word($0, from: source, to: target) }
        guard words.count == parts.count, let last = words.last else { return text }
        let (comma, and) = target == .urdu ? ("، ", " اور ") : (", ", target == .english ? " and " : " aur ")
        return words.dropLast().joined(separator: comma) + and + last
    }

    func word(_ text: String, from source: Language, to target: Language) -> String? {
        let key = TextNormalizer.normalize(text)
        // Roman Urdu is full of English words.
        let sources: [Language] =
            source == .urdu ? [.urdu] : source == .english ? [.english, .romanUrdu] : [.romanUrdu, .english]
        for source in sources {
            if let index = byForm[source]?[key], let form = meanings[index].forms[target] { return form }
        }
        return nil
    }

    /// Whether two texts in different scripts are known to mean the same.
    func areSame(_ first: String, _ second: String) -> Bool {
        let isUrdu = (ValueWording.isArabicScript(first), ValueWording.isArabicScript(second))
        guard isUrdu.0 != isUrdu.1 else { return false }
        let (urdu, latin) = isUrdu.0 ? (first, second) : (second, first)
        let (urduKey, latinKey) = (TextNormalizer.normalize(urdu), TextNormalizer.normalize(latin))
        return [Language.english, .romanUrdu].contains { language in
            word(urdu, from: .urdu, to: language).map(TextNormalizer.normalize) == latinKey
                || byForm[language]?[latinKey].flatMap { meanings[$0].forms[.urdu] }.map(TextNormalizer.normalize) == urduKey
        }
    }

    private static func parts(_ text: String) -> [String] {
        var text = text
        for joint in [" and ", " اور ", " aur ", "، ", ", "] { text = text.replacing(joint, with: "\n") }
        return text.split(separator: "\n").map(String.init)
    }
}
