import Foundation
import LocalStore

/// Understands what a person says: text in, speech acts out, always the same for the same words and context.
///
/// Holds the pattern libraries, which are read from the data files when a language is first met.
package final class Understander: Sendable {
    private let libraries: LibraryShelf
    private let detector: LanguageDetector

    /// - Parameter directory: the folder that holds `patterns/` and `lexicon/`; nil is the one that comes with the program.
    /// - Throws: an error that names the file when the data cannot be read.
    package init(directory: URL? = nil) throws {
        let directory = try directory ?? BrainData.directory()
        libraries = LibraryShelf(directory: directory)
        detector = LanguageDetector(
            english: try PatternLibrary.read(directory, "lexicon/words.en.json"),
            roman: try PatternLibrary.read(directory, "lexicon/words.ur-Latn.json"))
    }

    /// Reads the data files of a language ahead of time, so that the first utterance does not wait for them.
    package func prepare(_ languages: [Language] = Language.allCases) throws {
        for language in languages { _ = try libraries.library(language) }
    }

    package func language(of text: String, previous: Language? = nil) -> Language {
        detector.detect(Tokenizer.tokens(text), previous: previous)
    }

    package func understand(_ text: String, context: UnderstandingContext) throws -> Understanding {
        let tokens = Tokenizer.tokens(text)
        let language = detector.detect(tokens, previous: context.previousLanguage)
        let first = try interpret(text, tokens, language, context)
        guard language != .urdu, first.clauses.allSatisfy({ $0.pattern == nil }), !first.clauses.isEmpty else { return first }
        // Short Latin utterances do not always tell English from Roman Urdu; the other reading may make sense.
        let other: Language = language == .english ? .romanUrdu : .english
        guard detector.allows(other, tokens) else { return first }
        let second = try interpret(text, tokens, other, context)
        return second.clauses.contains { $0.pattern.map { $0 != ClauseInterpreter.answerPattern } ?? false } ? second : first
    }

    /// Facts in what ``understand(_:context:)`` leaves as remarks; takes its time.
    package func overlooked(in text: String, context: UnderstandingContext) throws -> [ExtractedFact] {
        let tokens = Tokenizer.tokens(text)
        let language = detector.detect(tokens, previous: context.previousLanguage)
        return OverlookedReading(text: text, library: try libraries.library(language), context: context).facts(tokens)
    }

    private func interpret(_ text: String, _ tokens: [Token], _ language: Language, _ context: UnderstandingContext) throws
        -> Understanding
    {
        var reading = UtteranceReading(text: text, library: try libraries.library(language), context: context)
        return reading.read(tokens)
    }
}

/// Where the data files of the program are.
package enum BrainData {
    /// - Throws: ``PatternLibrary/LoadError`` if the program was installed without them.
    package static func directory() throws -> URL {
        guard let url = Bundle.module.url(forResource: "Data", withExtension: nil) else {
            throw PatternLibrary.LoadError(file: Bundle.module.bundlePath, problem: "the folder Data is missing")
        }
        return url
    }
}
