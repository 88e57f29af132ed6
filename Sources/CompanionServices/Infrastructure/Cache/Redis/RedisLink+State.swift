/// How a ``RedisLink`` behaves, how it stands, and what it did.
extension RedisLink {
    struct Tuning: Sendable {
        /// From sending to the last answer of a batch.
        var answerLimit = Duration.milliseconds(100)
        /// To connect while somebody waits.
        var connectLimit = Duration.milliseconds(500)
        /// To connect while nobody does.
        var trialLimit = Duration.seconds(2)
        var firstRest = Duration.milliseconds(250)
        /// Also the rest after what trying again does not mend.
        var longestRest = Duration.seconds(30)
        /// Commands that may wait to be sent; more are dropped.
        var queueLimit = 1_000
        var queueBytes = 8 << 20

        init() {}
    }

    enum State: Sendable, Equatable {
        /// Nothing was asked yet.
        case idle
        /// Being tried; nobody waits.
        case trying
        case connected
        case resting(until: ContinuousClock.Instant)
        case closed
    }

    struct Counters: Sendable, Hashable {
        var connections = 0
        /// Times that a connection could not be made, broke, or did not answer in time.
        var failures = 0
        var commands = 0
        var batches = 0
        /// Commands that found no place in the queue.
        var dropped = 0
        /// Error answers, those for lack of memory apart.
        var refusals = 0
        var full = 0
        var keysSwept = 0
    }

    /// A command that waits to be sent.
    struct Question {
        let command: [UInt8]
        let answer: CheckedContinuation<RedisValue?, Never>?
    }

    struct Inside {
        var state = State.idle
        var hasThread = false
        var questions: [Question] = []
        var bytes = 0
        /// Patterns of keys to be deleted, and where in the database that stands.
        var sweeps: [String] = []
        var swept: Set<String> = []
        var settling: [CheckedContinuation<Void, Never>] = []
        var counters = Counters()
        var failuresInARow = 0
        var trouble: RedisTrouble?
        var latency: Duration?
    }
}
