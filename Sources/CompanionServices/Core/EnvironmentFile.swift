/// The `KEY=VALUE` lines of a `.env` or configuration file.
///
/// A line is empty, a comment (`#`), or `KEY=VALUE` with an optional `export` before it. A value is bare (a comment may follow
/// after ` #`), in single quotes (taken as it is), or in double quotes (with `\n`, `\t`, `\"`, `\\` and `\$`). A byte-order mark
/// and Windows line ends are allowed; nothing is expanded.
struct EnvironmentFile: Sendable, Equatable {
    struct Line: Sendable, Equatable {
        let number: Int
        let key: String
        let value: String
    }

    struct Fault: Sendable, Equatable {
        let number: Int
        let text: String
    }

    private(set) var lines: [Line] = []
    private(set) var faults: [Fault] = []

    init(parsing bytes: [UInt8]) {
        let content = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
        for (offset, rawLine) in content.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            let number = offset + 1
            guard let decoded = String(validating: rawLine, as: UTF8.self) else {
                faults.append(Fault(number: number, text: "is not UTF-8 text; save the file as UTF-8"))
                continue
            }
            do throws(ValueProblem) {
                if let (key, value) = try Self.parse(decoded) {
                    lines.append(Line(number: number, key: key, value: value))
                }
            } catch {
                faults.append(Fault(number: number, text: error.text))
            }
        }
    }

    private static func parse(_ line: String) throws(ValueProblem) -> (key: String, value: String)? {
        var rest = trimmed(line[...])
        if rest.isEmpty || rest.hasPrefix("#") { return nil }
        if rest.hasPrefix("export ") || rest.hasPrefix("export\t") { rest = trimmed(rest.dropFirst(7)) }
        guard let equals = rest.firstIndex(of: "=") else {
            throw ValueProblem("has no '='; a line is KEY=VALUE, a comment begins with #")
        }
        let key = trimmed(rest[..<equals])
        guard isName(key) else {
            throw ValueProblem("has no proper name before '='; names are letters, digits and _, such as COMPANION_DATA_DIR")
        }
        return (String(key), try value(trimmed(rest[rest.index(after: equals)...]), key: key))
    }

    private static func value(_ text: Substring, key: Substring) throws(ValueProblem) -> String {
        guard let quote = text.first, quote == "\"" || quote == "'" else { return bare(text) }
        var value = ""
        var rest = text.dropFirst()
        while let character = rest.popFirst() {
            if character == quote {
                let after = trimmed(rest)
                guard after.isEmpty || after.hasPrefix("#") else {
                    throw ValueProblem("has text after the closing quote of \(key)")
                }
                return value
            }
            guard character == "\\", quote == "\"" else {
                value.append(character)
                continue
            }
            switch rest.popFirst() {
            case "n": value.append("\n")
            case "t": value.append("\t")
            case .some(let escaped) where "\"\\$".contains(escaped): value.append(escaped)
            case .some(let other): value.append(contentsOf: "\\\(other)")
            case nil: break
            }
        }
        throw ValueProblem("has no closing \(quote) for the value of \(key)")
    }

    private static func bare(_ text: Substring) -> String {
        var previous: Character = " "
        for index in text.indices {
            if text[index] == "#", previous.isWhitespace { return String(trimmed(text[..<index])) }
            previous = text[index]
        }
        return String(text)
    }

    private static func isName(_ text: Substring) -> Bool {
        guard let first = text.utf8.first, !(48...57).contains(first) else { return false }
        return text.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 95
        }
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return text
    }
}
