import Foundation

extension CommandContext {
    /// Looks for standard output.
    var style: TextStyle { TextStyle(isOn: terminal.colour) }

    /// Writes a value as JSON with sorted keys and a final newline; readable on a terminal and in a file alike.
    func writeJSON(_ value: some Encodable) async throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try await output.write(Array(try encoder.encode(value)) + [0x0A])
    }

    /// A warning for the person, on standard error.
    func warn(_ text: String) async throws {
        try await errors.writeLine("companion-edge: \(PrintableText.oneLine(text))")
    }
}
