import Foundation

/// The patterns and words of one language, read from its data files once.
struct PatternLibrary: Sendable {
    let lexicon: Lexicon
    let patterns: [Pattern]
    private let index: [WordID: [Int]]
    private let unanchored: [Int]

    /// Why the data files cannot be used; they come with the program, so this is a fault of the installation.
    struct LoadError: Error, CustomStringConvertible {
        let file: String
        let problem: String
        var description: String { "\(file) cannot be used: \(problem). Reinstall the program or restore the file." }
    }

    /// Lists under `lexicon/` that every language shares.
    static let lists = [
        "relations", "attributes", "names", "places", "things", "feelings", "traits", "tongues", "jobs", "nationalities",
        "religions",
        "conditions", "bloodGroups", "events", "objects",
    ]

    init(language: Language, directory: URL) throws {
        var words: WordFile = try Self.read(directory, "lexicon/words.\(language.rawValue).json")
        // Small lists share a file.
        var lists: [String: [LexiconEntry]] = try Self.read(directory, "lexicon/sets.json")
        for name in Self.lists { lists[name] = try Self.read(directory, "lexicon/\(name).json") }

        var files: [(name: String, file: PatternFile)] = []
        if language == .romanUrdu {
            // The Urdu patterns serve in Latin letters too; the files of the language itself only add to them.
            let roman: [String: String] = try Self.read(directory, "lexicon/roman.json")
            let romanizer = TemplateRomanizer(words: roman)
            for name in try Self.patternFiles(.urdu, in: directory) {
                files.append((name, try romanizer.romanized(try Self.read(directory, name), file: name)))
            }
            let urdu: WordFile = try Self.read(directory, "lexicon/words.ur.json")
            words = romanizer.romanized(urdu, adding: words)
        }
        for name in try Self.patternFiles(language, in: directory) { files.append((name, try Self.read(directory, name))) }
        var lexicon = Lexicon(language: language, words: words, lists: lists)
        var fragments: [String: String] = [:]
        for (_, file) in files { fragments.merge(file.fragments ?? [:]) { first, _ in first } }

        var patterns: [Pattern] = []
        let listNames = Set(lists.keys).union(["attributes.plain"])
        for (name, file) in files {
            for entry in file.patterns ?? [] {
                do {
                    for text in entry.say {
                        let template = try Template.parse(text, fragments: fragments)
                        let program = try PatternProgram(template, lexicon: &lexicon, lists: listNames)
                        patterns.append(try Pattern(entry, program: program))
                    }
                } catch {
                    throw LoadError(file: name, problem: "pattern \(entry.id): \(error)")
                }
            }
        }
        var index: [WordID: [Int]] = [:]
        var unanchored: [Int] = []
        for (number, pattern) in patterns.enumerated() {
            if pattern.program.anchors.isEmpty { unanchored.append(number) }
            for word in Set(pattern.program.anchors) { index[word, default: []].append(number) }
        }
        lexicon.makeCorrectable(Set(patterns.flatMap(\.program.words)))
        self.lexicon = lexicon
        self.patterns = patterns
        self.index = index
        self.unanchored = unanchored
    }

    /// Patterns that may match a clause with these words, in the order of the files.
    func candidates(_ ids: [WordID]) -> [Pattern] {
        var numbers = Set(unanchored)
        for id in Set(ids) where id >= 0 { numbers.formUnion(index[id] ?? []) }
        return numbers.sorted().map { patterns[$0] }
    }

    static func patternFiles(_ language: Language, in directory: URL) throws -> [String] {
        let folder = "patterns/\(language.rawValue)"
        let path = directory.appendingPathComponent(folder).path
        do {
            return try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasSuffix(".json") }.sorted()
                .map { "\(folder)/\($0)" }
        } catch {
            throw LoadError(file: path, problem: error.localizedDescription)
        }
    }

    static func read<Content: Decodable>(_ directory: URL, _ name: String) throws -> Content {
        let file = directory.appendingPathComponent(name)
        do {
            return try JSONDecoder().decode(Content.self, from: Data(contentsOf: file))
        } catch {
            throw LoadError(file: file.path, problem: String(describing: error))
        }
    }
}
