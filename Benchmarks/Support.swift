import ArgumentParser
import Foundation
import LocalStore
import Synchronization

/// A clock that stands where it is put.
final class BenchClock: WallClock {
    private let time: Mutex<Timestamp>

    init(_ start: Timestamp) { time = Mutex(start) }

    func now() -> Timestamp { time.withLock { $0 } }
    func set(_ moment: Timestamp) { time.withLock { $0 = moment } }
}

/// A directory of its own, removed afterwards.
func withScratchDirectory<Value>(_ body: (URL) async throws -> Value) async throws -> Value {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("companion-bench-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    // Scratch data: what cannot be removed is the system's to clean.
    defer { try? FileManager.default.removeItem(at: directory) }
    return try await body(directory)
}

/// Opens a store in a directory of its own.
func withScratchStore<Value>(
    clock: any WallClock = SystemWallClock(), _ body: (PersonStore, URL) async throws -> Value
) async throws -> Value {
    try await withScratchDirectory { directory in
        let store = try PersonStore.open(directory.appendingPathComponent("person.sqlite"), userID: .random(), clock: clock)
        let value = try await body(store, directory)
        try store.close()
        return value
    }
}

/// Reads a data file that is not part of the repository, and says plainly when it is not there.
func evaluationData(at path: String, called name: String) throws -> Data {
    guard let data = FileManager.default.contents(atPath: path) else {
        throw ValidationError(
            "There is no readable \(name) file at \(path). The data is not part of this repository; pass its path.")
    }
    return data
}

func percent(_ value: Double) -> String { String(format: "%.1f", 100 * value) }

func mean(_ values: [Double]) -> Double { values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count) }

func format(_ value: Double) -> String { String(format: value < 10 ? "%.3f" : "%.1f", value) }

/// Measured times in milliseconds.
struct Distribution {
    private let sorted: [Double]

    init(_ values: some Sequence<Double>) { sorted = values.sorted() }

    func percentile(_ share: Double) -> Double {
        guard let last = sorted.indices.last else { return 0 }
        return sorted[min(Int((share * Double(sorted.count)).rounded(.down)), last)]
    }

    var median: Double { percentile(0.5) }

    var summary: String {
        "p50 \(format(median)) ms, p95 \(format(percentile(0.95))) ms, p99 \(format(percentile(0.99))) ms, n=\(sorted.count)"
    }
}

/// Something that happens once and may be looked at from anywhere.
final class Latch: Sendable {
    private let state = Mutex(false)

    var isSet: Bool { state.withLock { $0 } }
    func set() { state.withLock { $0 = true } }
}
