import LocalStore

/// Tells the server that an operation which it cannot take is given up, so that the next one may follow.
package struct RejectRequest: Sendable, Hashable {
    package var device: String
    package var operation: OutgoingOperation
    /// The SQLSTATE with which the server refused the operation when it was sent alone.
    package var code: String
    package var message: String

    package init(device: String, operation: OutgoingOperation, code: String, message: String) {
        self.device = device
        self.operation = operation
        self.code = code
        self.message = message
    }

    package var json: JSONValue {
        [
            "p_dev": .string(device), "p_n": .int(operation.number), "p_op": operation.json, "p_code": .string(code),
            "p_msg": .string(message),
        ]
    }
}

/// What the server says to that.
package enum RejectAnswer: Sendable, Hashable {
    /// It is in the ledger as rejected; `last` is its number or one after it.
    case recorded(last: Int64)
    case deviceRewound(last: Int64)
    case serverRewound(last: Int64)

    /// Reads the answer of `sync_reject` to `request`.
    package init(parsing text: String, answering request: RejectRequest) throws(WireError) {
        let object = try WireObject(parsing: text, path: "reject")
        let last = try object.count("last")
        switch try object.text("verdict") {
        case "ok":
            guard last >= request.operation.number else { throw WireError("reject.last is before the operation") }
            self = .recorded(last: last)
        case "device_rewound": self = .deviceRewound(last: last)
        case "server_rewound": self = .serverRewound(last: last)
        case let other: throw WireError("reject.verdict is '\(other.prefix(40))'")
        }
    }

    package var json: JSONValue {
        switch self {
        case .recorded(let last): ["verdict": "ok", "last": .int(last)]
        case .deviceRewound(let last): ["verdict": "device_rewound", "last": .int(last)]
        case .serverRewound(let last): ["verdict": "server_rewound", "last": .int(last)]
        }
    }
}
