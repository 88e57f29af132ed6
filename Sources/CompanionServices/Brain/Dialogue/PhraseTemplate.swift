/// One way of saying something, with places for what differs.
///
/// `{slot}` is replaced. A part in square brackets goes when a slot in it is missing. `<a/b>` is what is said to a man or to
/// somebody whose gender is not known, and to a woman. `<s:…>` agrees with the third person spoken of, in four forms: he, she,
/// he with respect, she with respect; or in three: he, she, they.
struct PhraseTemplate: Sendable, Hashable {
    indirect enum Part: Sendable, Hashable {
        case text(String)
        case slot(String)
        case optional([Part])
        case listener(male: [Part], female: [Part])
        case subject([[Part]])
    }

    struct ParseError: Error, Sendable, CustomStringConvertible {
        let template: String
        let problem: String

        var description: String { "\"\(template)\": \(problem)" }
    }

    let parts: [Part]

    init(_ text: String) throws(ParseError) {
        var scanner = Scanner(text: text)
        parts = try scanner.parts(until: [])
        guard scanner.isAtEnd else { throw ParseError(template: text, problem: "a closing bracket has no opening one") }
    }

    /// Every slot, and those outside of optional parts.
    var slots: (all: Set<String>, required: Set<String>) {
        var all: Set<String> = []
        var required: Set<String> = []
        Self.collect(parts, optional: false, &all, &required)
        return (all, required)
    }

    private static func collect(_ parts: [Part], optional: Bool, _ all: inout Set<String>, _ required: inout Set<String>) {
        for part in parts {
            switch part {
            case .text: break
            case .slot(let name):
                all.insert(name)
                if !optional { required.insert(name) }
            case .optional(let inner): collect(inner, optional: true, &all, &required)
            case .listener(let male, let female): collect(male + female, optional: optional, &all, &required)
            case .subject(let forms): collect(forms.flatMap { $0 }, optional: optional, &all, &required)
            }
        }
    }
}

/// What is put into a template.
struct PhraseFilling: Sendable {
    var values: [String: String] = [:]
    /// Of the person spoken to.
    var listener = Gender.unknown
    /// The third person spoken of.
    var subject = Gender.unknown
    var subjectIsRespected = true
}

extension PhraseTemplate {
    /// Nil when a slot outside of brackets has no value. Values are put in as they are: brackets within them mean nothing.
    func filled(_ filling: PhraseFilling) -> String? {
        Self.fill(parts, filling)
    }

    static let articleSlot = "a"

    private static func fill(_ parts: [Part], _ filling: PhraseFilling) -> String? {
        var result = ""
        for part in parts {
            switch part {
            case .text(let text): result += text
            case .slot(let name):
                // Only the article may have no word: "a doctor", but "engineers".
                guard let value = filling.values[name], !value.isEmpty || name == Self.articleSlot else { return nil }
                result += value
            case .optional(let inner): result += fill(inner, filling) ?? ""
            case .listener(let male, let female):
                guard let text = fill(filling.listener == .female ? female : male, filling) else { return nil }
                result += text
            case .subject(let forms):
                guard let text = fill(form(of: forms, filling), filling) else { return nil }
                result += text
            }
        }
        return result
    }

    private static func form(of forms: [[Part]], _ filling: PhraseFilling) -> [Part] {
        let isFemale = filling.subject == .female
        if forms.count == 4 { return forms[(filling.subjectIsRespected ? 2 : 0) + (isFemale ? 1 : 0)] }
        return filling.subject == .unknown ? forms[2] : forms[isFemale ? 1 : 0]
    }
}

/// Reads the marks of a template.
private struct Scanner {
    let text: String
    private let characters: [Character]
    private var position = 0

    init(text: String) {
        self.text = text
        characters = Array(text)
    }

    var isAtEnd: Bool { position >= characters.count }

    mutating func parts(until ends: Set<Character>) throws(PhraseTemplate.ParseError) -> [PhraseTemplate.Part] {
        var parts: [PhraseTemplate.Part] = []
        var literal = ""
        func flushed() -> [PhraseTemplate.Part] { literal.isEmpty ? [] : [.text(literal)] }
        while position < characters.count, !ends.contains(characters[position]) {
            let character = characters[position]
            switch character {
            case "{", "[", "<":
                parts += flushed()
                literal = ""
                position += 1
                parts.append(try marked(by: character))
            case "}", "]", ">": throw failure("\"\(character)\" closes nothing")
            default:
                literal.append(character)
                position += 1
            }
        }
        return parts + flushed()
    }

    private mutating func marked(by open: Character) throws(PhraseTemplate.ParseError) -> PhraseTemplate.Part {
        switch open {
        case "{":
            let start = position
            while position < characters.count, characters[position] != "}" { position += 1 }
            let name = String(characters[start..<position])
            try close("}")
            guard !name.isEmpty, name.allSatisfy({ $0.isASCII && ($0.isLetter || $0 == "_") }) else {
                throw failure("\"{\(name)}\" is no slot")
            }
            return .slot(name)
        case "[":
            let inner = try parts(until: ["]"])
            try close("]")
            return .optional(inner)
        default: return try agreement()
        }
    }

    private mutating func agreement() throws(PhraseTemplate.ParseError) -> PhraseTemplate.Part {
        let isSubject = characters[position...].starts(with: ["s", ":"])
        if isSubject { position += 2 }
        var forms: [[PhraseTemplate.Part]] = [try parts(until: ["/", ">"])]
        while position < characters.count, characters[position] == "/" {
            position += 1
            forms.append(try parts(until: ["/", ">"]))
        }
        try close(">")
        if isSubject {
            guard forms.count == 3 || forms.count == 4 else { throw failure("<s:…> needs three or four forms") }
            return .subject(forms)
        }
        guard forms.count == 2 else { throw failure("<…/…> needs two forms") }
        return .listener(male: forms[0], female: forms[1])
    }

    private mutating func close(_ character: Character) throws(PhraseTemplate.ParseError) {
        guard position < characters.count, characters[position] == character else { throw failure("\"\(character)\" is missing") }
        position += 1
    }

    private func failure(_ problem: String) -> PhraseTemplate.ParseError {
        PhraseTemplate.ParseError(template: text, problem: problem)
    }
}
