import LocalStore

/// A Supabase project in plain Swift: what the migrations of `supabase/` promise, without a database.
///
/// A value: copying it is a backup, assigning the copy a restore. Calls take and give the JSON that goes over the wire.
package struct ModelServer: Sendable {
    package var schema = ModelSchema.current
    /// Server time in milliseconds since 1970; whoever runs the world moves it.
    package var now: Int64
    /// The protocol versions served.
    package var protocols: ClosedRange<Int64> = 1...1
    /// Rows in a page at most, whatever a device asks for.
    package var largestPage = ModelSchema.largestPage
    /// A text that begins so breaks a constraint of the database.
    package var poison = "\u{1}"
    package internal(set) var accounts: [String: ModelAccount] = [:]
    var random: ModelRandom

    package init(now: Int64, seed: UInt64) {
        self.now = now
        random = ModelRandom(state: seed)
    }

    /// Goes back to a backup; time and chance go on.
    package mutating func restore(_ backup: ModelServer) {
        let (now, random) = (now, random)
        self = backup
        self.now = now
        self.random = random
    }

    /// Answers one call of `user`'s, or throws what PostgREST would report. A call that throws leaves nothing behind.
    package mutating func call(_ function: String, _ arguments: JSONValue, user: String) throws -> JSONValue {
        guard let arguments = arguments.objectValue else { throw ModelError("PGRST102", "the body is no object") }
        switch function {
        case "sync_push": return try push(arguments, user: user)
        case "sync_pull": return try pull(arguments, user: user)
        case "sync_reject": return try reject(arguments, user: user)
        case "sync_status": return status(user: user)
        case "sync_forget_me": return try forget(arguments, user: user)
        case "sync_reconcile": return ["repaired": .int(Int64(reconcile(user: user)))]
        default: throw ModelError("PGRST202", "Could not find the function public.\(function)", status: 404)
        }
    }

    /// The person's part, made when it is first written to.
    mutating func account(of user: String) -> ModelAccount {
        accounts[user] ?? ModelAccount(epoch: random.uuid())
    }

    /// Deletes all that a person has, at their word.
    private mutating func forget(_ arguments: [String: JSONValue], user: String) throws -> JSONValue {
        guard arguments["p_confirm"] == "delete everything" else { throw ModelError("22023", "to delete everything, say so") }
        var account = account(of: user)
        let deleted = account.rows.count
        account.forget(at: now, epoch: random.uuid())
        accounts[user] = account
        return ["deleted": .int(Int64(deleted))]
    }

    private func status(user: String) -> JSONValue {
        let account = accounts[user]
        let devices = (account?.devices ?? [:]).sorted { $0.key < $1.key }.map { id, device -> JSONValue in
            ["id": .string(id), "last": .int(device.last)]
        }
        return [
            "proto": ["min": .int(protocols.lowerBound), "max": .int(protocols.upperBound)],
            "epoch": account.map { .string($0.epoch) } ?? .null, "head": .int(account?.sequence ?? 0),
            "live": .int(account?.live ?? 0), "now": .int(now), "devices": .array(devices), "account": "active",
        ]
    }
}

/// The same numbers in every run (SplitMix64); the model's own, so that it depends on nothing but its inputs.
package struct ModelRandom: RandomNumberGenerator, Sendable {
    var state: UInt64

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func uuid() -> String {
        let words = [next(), next()].map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }
        let hex = Array(words.joined())
        return
            "\(String(hex[0..<8]))-\(String(hex[8..<12]))-4\(String(hex[13..<16]))-a\(String(hex[17..<20]))-\(String(hex[20..<32]))"
    }
}
