import Foundation

/// A conversation as the engine saw it: one line of JSON for what it began with, then one for each event and what was decided.
/// Played again it gives the same decisions, so what somebody complains about can be looked at, and kept as a test.
package struct TurnLog: Sendable, Hashable {
    package struct Start: Sendable, Hashable, Codable {
        package var settings: TurnSettings
        package var endpoint: EndpointDelay

        package init(settings: TurnSettings, endpoint: EndpointDelay) {
            (self.settings, self.endpoint) = (settings, endpoint)
        }
    }

    package struct Entry: Sendable, Hashable, Codable {
        package var at: TurnTime
        package var event: TurnEvent
        package var effects: [TurnEffect]

        package init(at: TurnTime, event: TurnEvent, effects: [TurnEffect]) {
            (self.at, self.event, self.effects) = (at, event, effects)
        }
    }

    /// A line that is no line of a log.
    package struct ReadError: Error, Sendable, Hashable, CustomStringConvertible {
        /// Counted from 1.
        package let line: Int
        package let reason: String

        package var description: String { "Line \(line) of the log cannot be read: \(reason)" }
    }

    /// An entry that was decided differently now.
    package struct Difference: Sendable, Hashable {
        package let entry: Entry
        package let now: [TurnEffect]
    }

    package var start: Start
    package var entries: [Entry]

    package init(start: Start, entries: [Entry] = []) {
        (self.start, self.entries) = (start, entries)
    }

    /// What was decided differently when all of it happens again.
    package func replay() -> [Difference] {
        var engine = TurnEngine(settings: start.settings, endpoint: start.endpoint)
        return entries.compactMap { entry in
            let effects = engine.handle(entry.event, at: entry.at)
            return effects == entry.effects ? nil : Difference(entry: entry, now: effects)
        }
    }

    // MARK: Lines

    package static func line(of start: Start) throws -> String { try text(start) }

    package static func line(of entry: Entry) throws -> String { try text(entry) }

    private static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// Reads a log. An unfinished last line, as a crash leaves it, is left out.
    package init(lines text: String) throws(ReadError) {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        if !text.hasSuffix("\n") { lines = lines.dropLast() }
        let decoder = JSONDecoder()
        var start: Start?
        entries = []
        for (index, line) in lines.enumerated() where !line.isEmpty {
            do {
                if start == nil {
                    start = try decoder.decode(Start.self, from: Data(line.utf8))
                } else {
                    entries.append(try decoder.decode(Entry.self, from: Data(line.utf8)))
                }
            } catch {
                throw ReadError(line: index + 1, reason: "\(error)")
            }
        }
        guard let start else { throw ReadError(line: 1, reason: "the log is empty.") }
        self.start = start
    }
}
