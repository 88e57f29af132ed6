import CEditLine

/// How many columns text takes on a terminal: letters of East Asia take two, marks above and below letters none.
///
/// The C library's table decides (`wcwidth` in a UTF-8 locale); control characters take none here because output never has any.
enum DisplayWidth {
    static func of(_ text: some StringProtocol) -> Int {
        text.unicodeScalars.reduce(0) { $0 + of($1) }
    }

    static func of(_ scalar: Unicode.Scalar) -> Int {
        if (0x20..<0x7F).contains(scalar.value) { return 1 }
        return max(0, Int(wcwidth(wchar_t(scalar.value))))
    }

    /// The longest beginning that fits into `width` columns, with `…` when something was left out.
    static func truncate(_ text: String, to width: Int) -> String {
        guard of(text) > width else { return text }
        var shown = ""
        var used = 0
        for character in text {
            let next = of(String(character))
            if used + next > width - 1 { break }
            shown.append(character)
            used += next
        }
        return shown + "…"
    }

    /// Filled with spaces at the end to `width` columns.
    static func pad(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - of(text)))
    }
}
