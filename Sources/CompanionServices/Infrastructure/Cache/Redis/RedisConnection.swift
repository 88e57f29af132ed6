import Networking

/// One open connection. It waits; for the thread of ``RedisLink``.
final class RedisConnection {
    /// Bytes of all answers to one batch, after which something is wrong.
    private static let answerLimit = 64 << 20

    private let bytes: ByteConnection
    private let reader: RedisReader

    /// Connects, enters with the password, chooses the database and sees that a Redis answers.
    init(_ address: RedisAddress, authorities: String?, within limit: Duration) throws {
        let deadline = ContinuousClock.now + limit
        bytes = try ByteConnection(to: address.endpoint, certificateAuthorities: authorities, within: limit)
        reader = try RedisReader()
        var greeting: [[UInt8]?] = []
        if let password = address.password?.reveal() {
            greeting.append(
                address.user.map { RedisCommand.encode("AUTH", $0, password) } ?? RedisCommand.encode("AUTH", password))
        }
        if address.database != 0 { greeting.append(RedisCommand.encode("SELECT", "\(address.database)")) }
        greeting.append(RedisCommand.encode("PING"))
        var answers: [RedisValue] = []
        try exchange(greeting.compactMap(\.self), by: deadline) { answers.append($0) }
        for answer in answers {
            if case .error(let refusal) = answer { throw refusal }
        }
        guard answers.last == .status("PONG") else { throw RedisTrouble.notRedis("it does not answer PING") }
    }

    /// Sends commands together and hands each answer to `take`, in their order.
    func exchange(
        _ commands: [[UInt8]], by deadline: ContinuousClock.Instant, take: (RedisValue) -> Void
    ) throws {
        try bytes.send(Array(commands.joined()), by: deadline)
        var missing = commands.count
        var received = 0
        while true {
            while missing > 0, let answer = try reader.next() {
                take(answer)
                missing -= 1
            }
            guard missing > 0 else { return }
            let piece = try bytes.receive(by: deadline)
            received += piece.count
            guard received <= Self.answerLimit else { throw RedisReader.Violation(text: "an answer without an end") }
            try reader.append(piece)
        }
    }
}
