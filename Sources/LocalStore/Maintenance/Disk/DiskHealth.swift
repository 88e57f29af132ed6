/// When free space becomes a matter of concern, in bytes.
package struct DiskLimits: Sendable, Hashable {
    /// Below this the person is told.
    package var low: Int64
    /// Below this nothing new is taken on; what was begun is finished, and forgetting still works.
    package var readOnly: Int64

    package init(low: Int64, readOnly: Int64) {
        self.low = low
        self.readOnly = readOnly
    }

    /// 500 MB and 50 MB.
    package static let standard = DiskLimits(low: 500_000_000, readOnly: 50_000_000)
}

/// How much room the data directory's disk has left for this user.
package enum DiskHealth: Sendable, Hashable, CustomStringConvertible {
    case ample(free: Int64)
    case low(free: Int64)
    case readOnly(free: Int64)

    package init(free: Int64, limits: DiskLimits = .standard) {
        if free < limits.readOnly {
            self = .readOnly(free: free)
        } else if free < limits.low {
            self = .low(free: free)
        } else {
            self = .ample(free: free)
        }
    }

    package var free: Int64 {
        switch self {
        case .ample(let free), .low(let free), .readOnly(let free): free
        }
    }

    package var description: String {
        let megabytes = free / 1_000_000
        return switch self {
        case .ample: "\(megabytes) MB free"
        case .low: "only \(megabytes) MB free; make room soon, or new memories cannot be kept"
        case .readOnly: "only \(megabytes) MB free; nothing new is kept until there is room again"
        }
    }
}
