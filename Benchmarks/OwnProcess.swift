import ArgumentParser
import Foundation

/// What this process has used and holds.
enum OwnProcess {
    /// Seconds of processor time so far.
    static var work: Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
            + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
    }

    /// Kilobytes in memory.
    static func resident() throws -> Int { try number("VmRSS") }

    static func threads() throws -> Int { try number("Threads") }

    private static func number(_ name: String) throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("\(name):") }
        guard let number = line?.split(whereSeparator: { !$0.isNumber }).first.flatMap({ Int($0) }) else {
            throw ValidationError("/proc/self/status says nothing of \(name)")
        }
        return number
    }
}
