/// Makes text safe to show: what people and files say may hold control characters that would drive the terminal.
enum PrintableText {
    /// On one line: every run of white space is one space, control characters and direction overrides are dropped.
    static func oneLine(_ text: String) -> String {
        let text = withoutEscapeSequences(text)
        var shown = String.UnicodeScalarView()
        var pendingSpace = false
        for scalar in text.unicodeScalars {
            if scalar.properties.isWhitespace {
                pendingSpace = !shown.isEmpty
            } else if !isHarmful(scalar) {
                if pendingSpace { shown.append(" ") }
                pendingSpace = false
                shown.append(scalar)
            }
        }
        return String(shown)
    }

    /// One line with its own spaces kept.
    static func visible(_ text: String) -> String {
        lines(text.replacing("\n", with: " ").replacing("\t", with: " "))
    }

    /// Keeps line breaks and tabs, drops other control characters and direction overrides.
    static func lines(_ text: String) -> String {
        var shown = String.UnicodeScalarView()
        for scalar in text.unicodeScalars where scalar == "\n" || scalar == "\t" || !isHarmful(scalar) {
            shown.append(scalar)
        }
        return String(shown)
    }

    /// Without what a terminal would take for an order: "ESC [ 31 m" is one thing, and its end is no word of the person's.
    private static func withoutEscapeSequences(_ text: String) -> String {
        guard text.unicodeScalars.contains("\u{1B}") || text.unicodeScalars.contains("\u{9B}") else { return text }
        return text.replacing(/(\x{1B}\[|\x{9B})[0-?]*[ -\/]*[@-~]/, with: "")
    }

    /// Controls (escape sequences begin with one) and the marks that force a direction on what follows; joiners and direction marks
    /// proper, which Urdu needs, stay.
    private static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x202A...0x202E, 0x2066...0x2069, 0xFEFF, 0xFFF9...0xFFFB: true
        default: scalar.properties.generalCategory == .control
        }
    }
}
