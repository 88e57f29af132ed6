import Foundation
import LocalStore

/// A fact a pattern stores, with slots still to be filled in: `who: PREFERENCE/likes_{thing} = {thing} ! PREFERENCE/dislikes_{thing}`.
struct StoreRule: Sendable, Equatable {
    /// The person slot the fact is about; nil is the speaker.
    var person: String?
    /// Written `who?:`: without that slot in the match the rule does not apply; otherwise it would be about the speaker.
    var isPersonRequired = false
    /// The slot whose list items each make a fact of their own.
    var each: String?
    var target: SlotRule
    var value: TextTemplate
    var supersedes: [SlotRule]

    init(_ text: String) throws(Template.ParseError) {
        var rest = text[...]
        var supersedes: [SlotRule] = []
        if let mark = rest.range(of: " ! ") {
            for part in rest[mark.upperBound...].split(separator: ",") {
                supersedes.append(try SlotRule(String(part).trimmingSpaces()))
            }
            rest = rest[..<mark.lowerBound]
        }
        guard let equals = rest.range(of: " = ") else { throw Template.ParseError(template: text, problem: "\" = \" is missing") }
        value = TextTemplate(String(rest[equals.upperBound...]).trimmingSpaces())
        rest = rest[..<equals.lowerBound]
        if let colon = rest.firstIndex(of: ":") {
            let name = String(rest[..<colon]).trimmingSpaces()
            isPersonRequired = name.hasSuffix("?")
            person = isPersonRequired ? String(name.dropLast()) : name
            rest = rest[rest.index(after: colon)...]
        }
        var target = String(rest).trimmingSpaces()
        if target.hasPrefix("each ") {
            let words = target.split(separator: " ")
            guard words.count == 3 else {
                throw Template.ParseError(template: text, problem: "after each, a slot and a key are expected")
            }
            each = String(words[1])
            target = String(words[2])
        }
        self.target = try SlotRule(target)
        self.supersedes = supersedes
    }
}

/// `CATEGORY/key_{slot}`, or `@slot` for the key and category of an attribute the slot recognised.
struct SlotRule: Sendable, Equatable {
    enum Key: Sendable, Equatable {
        case fixed(MemoryCategory?, TextTemplate)
        case attribute(slot: String)
    }

    var person: String?
    var key: Key

    init(_ text: String) throws(Template.ParseError) {
        var rest = text[...]
        if let colon = rest.firstIndex(of: ":") {
            person = String(rest[..<colon]).trimmingSpaces()
            rest = rest[rest.index(after: colon)...]
        }
        let target = String(rest).trimmingSpaces()
        if target.hasPrefix("@") {
            key = .attribute(slot: String(target.dropFirst()))
            return
        }
        guard let slash = target.firstIndex(of: "/") else {
            throw Template.ParseError(template: text, problem: "CATEGORY/key is expected")
        }
        let name = String(target[..<slash])
        let template = TextTemplate(String(target[target.index(after: slash)...]))
        if name == "*" {
            key = .fixed(nil, template)
        } else {
            do {
                key = .fixed(try MemoryCategory(validating: name), template)
            } catch {
                throw Template.ParseError(template: text, problem: error.description)
            }
        }
    }
}

/// Text with `{slot}` places.
struct TextTemplate: Sendable, Equatable {
    enum Part: Sendable, Equatable {
        case text(String)
        case slot(String)
    }

    let parts: [Part]

    init(_ text: String) {
        var parts: [Part] = []
        var rest = text[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            if open > rest.startIndex { parts.append(.text(String(rest[..<open]))) }
            parts.append(.slot(String(rest[rest.index(after: open)..<close])))
            rest = rest[rest.index(after: close)...]
        }
        if !rest.isEmpty { parts.append(.text(String(rest))) }
        self.parts = parts
    }

    var slots: [String] {
        parts.compactMap { part in
            if case .slot(let name) = part { name } else { nil }
        }
    }

    func filled(_ value: (String) -> String?) -> String? {
        var result = ""
        for part in parts {
            switch part {
            case .text(let text): result += text
            case .slot(let name):
                guard let text = value(name) else { return nil }
                result += text
            }
        }
        return result
    }
}
