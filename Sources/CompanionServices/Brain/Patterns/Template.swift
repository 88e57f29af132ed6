/// The parsed form of a pattern's text.
///
/// ```
/// my {person:relation} [is|'s] (called|named) {who:name}
/// ```
/// Words stand for themselves, `( | )` for alternatives, `[ ]` for what may be missing, `{name:type}` for a slot,
/// `<name>` for a fragment defined at the top of the file.
indirect enum Template: Equatable {
    case word(String)
    case slot(name: String, type: String)
    case sequence([Template])
    case alternatives([Template])
    case optional(Template)

    /// What is wrong with a template, and where.
    struct ParseError: Error, CustomStringConvertible, Equatable {
        let template: String
        let problem: String
        var description: String { "The pattern \"\(template)\" cannot be read: \(problem)." }
    }

    static func parse(_ text: String, fragments: [String: String] = [:]) throws(ParseError) -> Template {
        var parser = TemplateParser(text: text, fragments: fragments)
        return try parser.parse()
    }
}

private struct TemplateParser {
    private let text: String
    private let fragments: [String: String]
    private var tokens: [Substring]
    private var position = 0
    private var depth = 0
    private static let deepest = 12

    init(text: String, fragments: [String: String]) {
        self.text = text
        self.fragments = fragments
        tokens = Self.split(text)
    }

    mutating func parse() throws(Template.ParseError) -> Template {
        let result = try alternatives()
        guard position == tokens.count else { throw error("unexpected \"\(tokens[position])\"") }
        return result
    }

    private mutating func alternatives() throws(Template.ParseError) -> Template {
        var branches = [try sequence()]
        while position < tokens.count, tokens[position] == "|" {
            position += 1
            branches.append(try sequence())
        }
        return branches.count == 1 ? branches[0] : .alternatives(branches)
    }

    private mutating func sequence() throws(Template.ParseError) -> Template {
        var parts: [Template] = []
        while position < tokens.count {
            let token = tokens[position]
            switch token {
            case "|", ")", "]": return parts.count == 1 ? parts[0] : .sequence(parts)
            case "(", "[":
                guard depth < Self.deepest else { throw error("brackets nested too deeply") }
                depth += 1
                position += 1
                let inner = try alternatives()
                let close = token == "(" ? ")" : "]"
                guard position < tokens.count, tokens[position] == close else { throw error("\"\(close)\" is missing") }
                position += 1
                depth -= 1
                parts.append(token == "(" ? inner : .optional(inner))
            case _ where token.hasPrefix("{"): parts.append(try slot(token))
            case _ where token.hasPrefix("<"):
                position += 1
                let name = String(token.dropFirst().dropLast())
                guard let fragment = fragments[name] else { throw error("there is no fragment <\(name)>") }
                // A fragment may use other fragments, never itself: they are expanded without the one in hand.
                parts.append(try Template.parse(fragment, fragments: fragments.filter { $0.key != name }))
            default:
                position += 1
                parts.append(.word(String(token)))
            }
        }
        return parts.count == 1 ? parts[0] : .sequence(parts)
    }

    private mutating func slot(_ token: Substring) throws(Template.ParseError) -> Template {
        position += 1
        guard token.hasSuffix("}") else { throw error("\"}\" is missing") }
        let parts = token.dropFirst().dropLast().split(separator: ":", maxSplits: 1)
        guard let name = parts.first else { throw error("a slot has no name") }
        return .slot(name: String(name), type: String(parts.last ?? name))
    }

    private func error(_ problem: String) -> Template.ParseError { Template.ParseError(template: text, problem: problem) }

    private static func split(_ text: String) -> [Substring] {
        var result: [Substring] = []
        var start: String.Index?
        var index = text.startIndex
        func close(_ end: String.Index) {
            if let begin = start { result.append(text[begin..<end]) }
            start = nil
        }
        while index < text.endIndex {
            let character = text[index]
            switch character {
            case " ", "\n":
                close(index)
            case "(", ")", "[", "]", "|":
                close(index)
                result.append(text[index...index])
            case "{", "<":
                close(index)
                let closing: Character = character == "{" ? "}" : ">"
                let end = text[index...].firstIndex(of: closing).map { text.index(after: $0) } ?? text.endIndex
                result.append(text[index..<end])
                index = end
                continue
            default:
                if start == nil { start = index }
            }
            index = text.index(after: index)
        }
        close(text.endIndex)
        return result
    }
}
