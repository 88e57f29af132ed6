import LocalStore

/// A synced row and its values in words, for lists on a terminal.
enum RowWords {
    /// What a row is: `memory FACT pet`, `reminder 0190...`.
    static func name(_ table: String, _ key: [String]) -> String {
        ([table] + key.map { $0.count == 36 ? String($0.prefix(8)) : $0 }).map(PrintableText.oneLine).joined(separator: " ")
    }

    /// `value: cat; tone: warm`, at most `width` characters.
    static func values(_ values: [String: JSONValue], width: Int) -> String {
        guard !values.isEmpty else { return "(deleted)" }
        let telling = values.filter { !["created_at", "updated_at"].contains($0.key) }
        let text = (telling.isEmpty ? values : telling).sorted { $0.key < $1.key }
            .map { "\($0.key): \($0.value.stringValue ?? $0.value.text)" }.joined(separator: "; ")
        let line = PrintableText.oneLine(text)
        return line.count > width ? line.prefix(max(1, width - 1)) + "…" : line
    }
}
