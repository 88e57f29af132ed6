import Foundation
import LocalStore

/// Sends operations and asks for what has changed since a cursor, in one round trip.
package struct PushRequest: Sendable, Hashable {
    package static let protocolVersion: Int64 = 1

    /// The device id under which the operations are numbered.
    package var device: String
    /// The program's version, for the server's records.
    package var app: String
    /// Results up to this number are stored here; the server may forget them.
    package var acked: Int64
    package var operations: [OutgoingOperation]
    package var pull: PullRequest

    package init(device: String, app: String, acked: Int64, operations: [OutgoingOperation], pull: PullRequest) {
        self.device = device
        self.app = app
        self.acked = acked
        self.operations = operations
        self.pull = pull
    }

    package var json: JSONValue {
        [
            "p_dev": .string(device), "p_proto": .int(Self.protocolVersion), "p_app": .string(app), "p_acked": .int(acked),
            "p_since": .int(pull.since), "p_floor": .int(pull.floor ?? pull.since),
            "p_epoch": pull.epoch.map(JSONValue.string) ?? .null, "p_limit": .int(Int64(pull.limit)),
            "p_ops": .array(operations.map(\.json)),
        ]
    }

    /// The text of ``json``, without making it.
    package var text: String {
        var rest = self
        rest.operations = []
        // The names are in order, and nothing before this one can hold its text but the program's version.
        let frame = rest.json.text
        guard let place = frame.range(of: "\"p_ops\":[", options: .backwards) else { return json.text }
        var text = String(frame[..<place.upperBound])
        for (index, operation) in operations.enumerated() {
            if index > 0 { text += "," }
            operation.append(to: &text)
        }
        return text + frame[place.upperBound...]
    }
}

/// What the server says to a push.
package enum PushAnswer: Sendable, Hashable {
    case taken(Taken)
    /// This file is a copy or an older state of one whose operations the server already has: a new device id is due.
    case deviceRewound(last: Int64)
    /// The server was set back: it no longer has operations that it once confirmed.
    case serverRewound(last: Int64)
    /// The server has begun another history since this device last heard of it; nothing was taken. Pull, then push again.
    case otherHistory
    /// This program's protocol is no longer (or not yet) understood.
    case upgrade(minimum: Int64, maximum: Int64)

    package struct Taken: Sendable, Hashable {
        /// The newest operation number of this device that the server has.
        package let last: Int64
        /// A clock value lay too far ahead and was cut: this device's clock is wrong.
        package let clamped: Bool
        /// One for every operation sent, in their order.
        package let results: [OperationResult]
        package let page: PullPage

        package init(last: Int64, clamped: Bool = false, results: [OperationResult], page: PullPage) {
            self.last = last
            self.clamped = clamped
            self.results = results
            self.page = page
        }
    }
}

extension PushAnswer {
    /// Reads the answer of `sync_push` to `request`.
    package init(parsing text: String, answering request: PushRequest) throws(WireError) {
        let object = try WireObject(parsing: text, path: "push")
        switch try object.text("verdict") {
        case "ok": self = .taken(try Taken(object, answering: request))
        case "device_rewound": self = .deviceRewound(last: try object.count("last"))
        case "server_rewound": self = .serverRewound(last: try object.count("last"))
        case "other_history": self = .otherHistory
        case "upgrade": self = .upgrade(minimum: try object.count("min"), maximum: try object.count("max"))
        case let other: throw WireError("push.verdict is '\(other.prefix(40))'")
        }
    }

    /// The same, as the server writes it.
    package var json: JSONValue {
        switch self {
        case .taken(let taken):
            [
                "verdict": "ok", "last": .int(taken.last), "clamped": .bool(taken.clamped),
                "results": .array(taken.results.map(\.json)), "pull": taken.page.json,
            ]
        case .deviceRewound(let last): ["verdict": "device_rewound", "last": .int(last)]
        case .serverRewound(let last): ["verdict": "server_rewound", "last": .int(last)]
        case .otherHistory: ["verdict": "other_history"]
        case .upgrade(let minimum, let maximum): ["verdict": "upgrade", "min": .int(minimum), "max": .int(maximum)]
        }
    }
}

extension PushAnswer.Taken {
    fileprivate init(_ object: WireObject, answering request: PushRequest) throws(WireError) {
        var results: [OperationResult] = []
        for result in try object.objects("results") { results.append(try OperationResult(result)) }
        guard results.map(\.number) == request.operations.map(\.number), results.map(\.id) == request.operations.map(\.id) else {
            throw WireError("\(object.path).results are not those of the operations sent")
        }
        let last = try object.count("last")
        guard last >= request.operations.last?.number ?? request.acked else {
            throw WireError("\(object.path).last is before the operations sent")
        }
        self.init(
            last: last, clamped: try object.bool("clamped"), results: results,
            page: try PullPage(object.object("pull"), since: request.pull.since))
    }
}

extension OperationResult {
    fileprivate init(_ object: WireObject) throws(WireError) {
        let outcome: Outcome
        switch try object.text("r") {
        case "ok": outcome = .applied
        case "lost": outcome = .lost
        case "rejected":
            outcome = .rejected(code: try object.text("code"), message: try object.textIfPresent("msg") ?? "")
        case let other: throw WireError("\(object.path).r is '\(other.prefix(40))'")
        }
        self.init(
            number: try object.count("n"), id: try object.uuid("id"), outcome: outcome,
            isReplay: object.has("dup") ? try object.bool("dup") : false, lost: try object.valuesIfPresent("lost"),
            kept: try object.valuesIfPresent("kept"))
    }

    package var json: JSONValue {
        var fields: [String: JSONValue] = ["n": .int(number), "id": .string(id)]
        switch outcome {
        case .applied: fields["r"] = "ok"
        case .lost: fields["r"] = "lost"
        case .rejected(let code, let message):
            fields["r"] = "rejected"
            fields["code"] = .string(code)
            fields["msg"] = .string(message)
        }
        if isReplay { fields["dup"] = true }
        if !lost.isEmpty || outcome == .lost {
            fields["lost"] = .object(lost)
            fields["kept"] = .object(kept)
        }
        return .object(fields)
    }
}
