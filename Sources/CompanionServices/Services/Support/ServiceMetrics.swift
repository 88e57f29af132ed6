import Synchronization

/// What one service has counted since the program started; `status` shows these as they are.
package struct ServiceMetrics: Sendable, Hashable, Codable {
    package let service: String
    package let counters: [String: Int]

    package init(service: String, counters: [String: Int]) {
        self.service = service
        self.counters = counters
    }
}

/// Something that can tell what it has counted.
package protocol MeteredService: Sendable {
    var metrics: ServiceMetrics { get }
}

/// The counters behind one service's metrics; every name of the set is always present, from zero.
final class ServiceCounters<Name: RawRepresentable<String> & CaseIterable & Hashable & Sendable>: Sendable {
    private let service: String
    private let counts = Mutex<[Name: Int]>([:])

    init(_ service: String, _ names: Name.Type = Name.self) {
        self.service = service
    }

    func add(_ name: Name, _ amount: Int = 1) {
        counts.withLock { $0[name, default: 0] += amount }
    }

    subscript(name: Name) -> Int {
        counts.withLock { $0[name] ?? 0 }
    }

    var snapshot: ServiceMetrics {
        let counts = counts.withLock { $0 }
        let named = Name.allCases.map { ($0.rawValue, counts[$0] ?? 0) }
        return ServiceMetrics(service: service, counters: Dictionary(uniqueKeysWithValues: named))
    }
}
