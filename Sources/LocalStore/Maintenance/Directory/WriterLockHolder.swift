import Foundation
import Glibc

/// Who has the right to write, as the lock file says: lines with the process, when that process began, the time of locking, and
/// the purpose.
package struct WriterLockHolder: Sendable, Hashable, CustomStringConvertible {
    package let processID: Int32
    package let purpose: String
    package let since: Timestamp
    /// When the process began, in the kernel's ticks: tells it from a later one with the same number.
    private let began: String

    /// This process.
    init(purpose: String, since: Timestamp) {
        processID = getpid()
        self.purpose = String(
            String.UnicodeScalarView(purpose.unicodeScalars.filter { $0.properties.generalCategory != .control }.prefix(80)))
        self.since = since
        began = Self.beginning(of: getpid()) ?? "?"
    }

    /// What ``note`` wrote; nil for anything else.
    init?(note: String) {
        let lines = note.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count == 5, let processID = Int32(lines[0]), let since = Timestamp(iso8601: String(lines[2])) else {
            return nil
        }
        self.processID = processID
        began = String(lines[1])
        self.since = since
        purpose = String(lines[3])
    }

    var note: String { "\(processID)\n\(began)\n\(since.iso8601)\n\(purpose)\n" }

    /// Whether the process that wrote the note still runs.
    var isRunning: Bool {
        if let current = Self.beginning(of: processID) { return current == began }
        return kill(processID, 0) == 0 || errno == EPERM
    }

    package var description: String {
        "companion-edge \(purpose), process \(processID), since \(since.localMinute)"
    }

    /// The twenty-second field of `/proc/<pid>/stat`; the second one, a name in parentheses, may hold anything.
    private static func beginning(of process: Int32) -> String? {
        guard let data = try? Data(contentsOf: URL(filePath: "/proc/\(process)/stat")) else { return nil }
        let text = String(decoding: data, as: UTF8.self)
        guard let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        return fields.count > 19 ? String(fields[19]) : nil
    }
}

extension Timestamp {
    /// Day and minute on this machine's clock, such as `2026-11-23 10:32`.
    var localMinute: String {
        var seconds = time_t(milliseconds / 1000)
        var parts = tm()
        guard localtime_r(&seconds, &parts) != nil else { return iso8601 }
        func padded(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return "\(parts.tm_year + 1900)-\(padded(parts.tm_mon + 1))-\(padded(parts.tm_mday)) "
            + "\(padded(parts.tm_hour)):\(padded(parts.tm_min))"
    }

    /// For names of files: the moment with nothing that a file system or a shell would mind, such as `20261123T103200123Z`.
    var fileName: String {
        iso8601.filter { $0 != "-" && $0 != ":" && $0 != "." }
    }
}
