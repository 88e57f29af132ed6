/// Deletes all keys of a Redis that match a pattern, one step through the database at a time: all of it at once would keep others
/// waiting.
struct RedisSweep {
    let pattern: String
    private(set) var isOver = false
    /// Where in the database it stands; Redis's own mark.
    private var cursor = "0"

    init(_ pattern: String) {
        self.pattern = pattern
    }

    /// Returns how many keys were deleted.
    mutating func step(over connection: RedisConnection, within limit: Duration) throws -> Int {
        var found: [RedisValue] = []
        let command = RedisCommand.encode("SCAN", cursor, "MATCH", pattern, "COUNT", "500")
        try connection.exchange([command ?? []], by: .now + limit) { found.append($0) }
        if case .error(let refusal)? = found.first { throw refusal }
        guard let page = found.first?.array, page.count == 2, let next = page[0].text, let keys = page[1].array else {
            throw RedisTrouble.notRedis("it does not answer SCAN")
        }
        var deleted = 0
        if !keys.isEmpty, let command = RedisCommand.encode([Array("DEL".utf8)] + keys.compactMap(\.bytes)) {
            try connection.exchange([command], by: .now + limit) { deleted += $0.integer ?? 0 }
        }
        cursor = next
        isOver = next == "0"
        return deleted
    }
}
