import ArgumentParser
import Foundation
import Glibc

/// A program on a terminal of its own, as a person would see it.
final class PseudoTerminal {
    let process = Process()
    private let master: FileHandle
    private(set) var output = ""

    init(program: String, arguments: [String], environment: [String: String]) throws {
        var (descriptor, terminal): (Int32, Int32) = (-1, -1)
        guard openpty(&descriptor, &terminal, nil, nil, nil) == 0 else {
            throw ValidationError("No pseudo-terminal can be opened.")
        }
        master = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        let handle = FileHandle(fileDescriptor: terminal, closeOnDealloc: true)
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.environment = environment
        process.standardInput = handle
        process.standardOutput = handle
        process.standardError = handle
    }

    func start() throws { try process.run() }

    /// Reads until what has come since the last call holds `text`; milliseconds, or nil when it did not come in time.
    func wait(for text: String, seconds: Double = 30) -> Double? {
        let start = ContinuousClock.now
        var seen: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 14)
        let descriptor = master.fileDescriptor
        while true {
            let spent = (ContinuousClock.now - start) / .seconds(1)
            var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard spent < seconds, poll(&poller, 1, Int32(max(1, (seconds - spent) * 1000))) > 0 else { return nil }
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return nil }
            seen += buffer[..<count]
            let shown = String(decoding: seen, as: UTF8.self)
            if shown.contains(text) {
                output += shown
                return (ContinuousClock.now - start) / .milliseconds(1)
            }
        }
    }

    func type(_ line: String) {
        master.write(Data((line + "\n").utf8))
    }
}

/// What the kernel says of a running process.
struct ProcessFigures {
    let pid: Int32

    /// Resident memory in MB: now, or the most it ever was.
    func residentMegabytes(peak: Bool = false) -> Double {
        let status = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
        let line = status.split(whereSeparator: \.isNewline).first { $0.hasPrefix(peak ? "VmHWM:" : "VmRSS:") } ?? ""
        return line.split(separator: " ").compactMap { Double($0) }.first.map { $0 / 1024 } ?? 0
    }

    /// Processor time used since the start, in milliseconds.
    func processorMilliseconds() -> Double {
        let stat = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
        // The name, in parentheses, may hold spaces; user and system time are the 12th and 13th fields after it.
        let fields = stat[(stat.lastIndex(of: ")") ?? stat.startIndex)...].split(separator: " ")
        guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13]) else { return 0 }
        return (user + system) * 1000 / Double(sysconf(Int32(_SC_CLK_TCK)))
    }
}
