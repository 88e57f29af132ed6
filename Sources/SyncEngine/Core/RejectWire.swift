import LocalStore

/// Tells the server that an operation which it cannot take is given up, so that the next one may follow.
package struct RejectRequest: Sendable, Hashable {
    package var device: String
    package var operation: OutgoingOperation
    /// The SQLSTATE with which the server refused the operation when it was sent alone.
    package var code: String
    package var message: String
    /// The history in which it was refused; in another one the operation's number may be another's. Nil: the server had none.
    package var epoch: String?

    package init(device: String, operation: OutgoingOperation, code: String, message: String, epoch: String?) {
        self.device = device
        self.operation = operation
        self.code = code
        self.message = message
        self.epoch = epoch
    }

    package var json: JSONValue {
        [
            "p_dev": .string(device), "p_n": .int(operation.number), "p_op": operation.json, "p_code": .string(code),
            "p_msg": .string(message), "p_epoch": epoch.map(JSONValue.string) ?? .null,
        ]
    }
}

/// What the server says to that.
package enum RejectAnswer: Sendable, Hashable {
    /// It is in the ledger as rejected; `last` is its number or one after it.
    case recorded(last: Int64)
    case deviceRewound(last: Int64)
    case serverRewound(last: Int64)
    /// The server has begun another history since the operation was refused; nothing was recorded. Pull, then push again.
    case otherHistory

    /// Reads the answer of `sync_reject` to `request`.
    package init(parsing text: String, answering request: RejectRequest) throws(WireError) {
        let object = try WireObject(parsing: text, path: "reject")
        switch try object.text("verdict") {
        case "ok":
            let last = try object.count("last")
            guard last >= request.operation.number else { throw WireError("reject.last is before the operation") }
            self = .recorded(last: last)
        case "device_rewound": self = .deviceRewound(last: try object.count("last"))
        case "server_rewound": self = .serverRewound(last: try object.count("last"))
        case "other_history": self = .otherHistory
        case let other: throw WireError("reject.verdict is '\(other.prefix(40))'")
        }
    }

    package var json: JSONValue {
        switch self {
        case .recorded(let last): ["verdict": "ok", "last": .int(last)]
        case .deviceRewound(let last): ["verdict": "device_rewound", "last": .int(last)]
        case .serverRewound(let last): ["verdict": "server_rewound", "last": .int(last)]
        case .otherHistory: ["verdict": "other_history"]
        }
    }
}
