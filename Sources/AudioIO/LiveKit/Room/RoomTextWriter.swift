/// A text on its way to others, piece by piece. Dropped without being closed, it never ends for those who read it.
package final class RoomTextWriter: Sendable {
    /// The stream's id.
    package let id: String
    private let writer: LiveKitHandle
    private let library: LiveKitLibrary

    init(id: String, _ writer: LiveKitHandle, of library: LiveKitLibrary) {
        (self.id, self.writer, self.library) = (id, writer, library)
    }

    /// Sends another piece. One after the other: what is written at the same time may arrive in any order.
    package func write(_ text: String) async throws(LiveKitError) {
        guard !text.isEmpty else { return }
        try check(await library.call(.writeText(text, writer: writer.id)))
    }

    /// Ends the text.
    /// - Parameter attributes: laid over those of the beginning, such as that this was the last of it.
    package func close(attributes: [String: String] = [:]) async throws(LiveKitError) {
        try RoomRules.check(attributes: attributes)
        guard let id = writer.consume() else { throw LiveKitError(.invalid, "The text was ended before.") }
        try check(await library.call(.closeText(attributes: attributes, writer: id)))
    }

    private func check(_ answer: WireReader) throws(LiveKitError) {
        if answer.has(2) { throw LiveKitError(.refused, "The room does not take the text: \(answer[2].string(1)).") }
    }
}
