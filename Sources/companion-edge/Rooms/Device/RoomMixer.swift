import AudioIO

/// Brings what several people say at the same time into one sound, 10 ms by 10 ms.
struct RoomMixer {
    /// Frames of somebody that may wait for the others': one who is late is not waited for longer.
    private static let patience = 4

    private var waiting: [String: [[Int16]]] = [:]

    /// Somebody is listened to from now on.
    mutating func add(_ voice: String) { waiting[voice] = [] }

    mutating func remove(_ voice: String) { waiting[voice] = nil }

    /// - Returns: what is whole with this frame of theirs.
    mutating func take(_ frame: [Int16], of voice: String) -> [[Int16]] {
        guard waiting[voice] != nil else { return [] }
        waiting[voice]?.append(frame)
        var mixed: [[Int16]] = []
        while waiting.values.allSatisfy({ !$0.isEmpty }) || waiting.values.contains(where: { $0.count > Self.patience }) {
            mixed.append(next(frame.count))
        }
        return mixed
    }

    private mutating func next(_ count: Int) -> [Int16] {
        var sum = [Int](repeating: 0, count: count)
        for voice in waiting.keys {
            guard let frame = waiting[voice]?.first else { continue }
            waiting[voice]?.removeFirst()
            for (index, sample) in frame.prefix(count).enumerated() { sum[index] += Int(sample) }
        }
        return sum.map { Int16(clamping: $0) }
    }
}
