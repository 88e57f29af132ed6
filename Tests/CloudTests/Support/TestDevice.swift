import Foundation
import LocalStore
import TestSupport

/// A device in so far as the protocol needs one: numbered operations and a hybrid clock that the test may set. It has no store.
struct TestDevice {
    let project: CloudProject
    let user: CloudUser
    let id = UUID().uuidString.lowercased()
    private(set) var lastMade: Int64 = 0
    /// Answers up to here count as stored.
    private(set) var acknowledged: Int64 = 0
    /// Milliseconds that the device's clock is ahead.
    var lead: Int64 = 0

    init(_ project: CloudProject, _ user: CloudUser) {
        self.project = project
        self.user = user
    }

    /// The next operation. `hlc` overrules the clock.
    mutating func make(
        _ kind: String, _ table: String, _ key: [String] = [], _ values: JSONValue? = nil, base: Int64? = nil, hlc: Int64? = nil,
        origin: String? = nil
    ) -> JSONValue {
        lastMade += 1
        let now = (Int64(Date.now.timeIntervalSince1970 * 1000) + lead) << 16 + lastMade
        var operation: [String: JSONValue] = [
            "n": .int(lastMade), "id": .string(UUID().uuidString.lowercased()), "t": .string(table), "op": .string(kind),
            "k": .array(key.map(JSONValue.string)), "h": .string(String(hlc ?? now)),
        ]
        operation["v"] = values
        operation["base"] = base.map(JSONValue.int)
        operation["o"] = origin.map(JSONValue.string)
        return .object(operation)
    }

    /// Pushes and takes the answer as stored, unless it `losesAnswer`.
    mutating func push(_ operations: [JSONValue], since: Int64? = nil, losesAnswer: Bool = false) async throws -> JSONValue {
        var arguments: [String: JSONValue] = [
            "p_dev": .string(id), "p_proto": 1, "p_app": "test", "p_acked": .int(acknowledged), "p_ops": .array(operations),
        ]
        arguments["p_since"] = since.map(JSONValue.int)
        let answer = try await project.call("sync_push", .object(arguments), as: user)
        if answer["verdict"] == "ok", !losesAnswer { acknowledged = answer["last"]?.intValue ?? 0 }
        return answer
    }

    /// Makes and pushes one operation; gives its result.
    mutating func push(
        _ kind: String, _ table: String, _ key: [String] = [], _ values: JSONValue? = nil, base: Int64? = nil, hlc: Int64? = nil
    ) async throws -> JSONValue {
        let answer = try await push([make(kind, table, key, values, base: base, hlc: hlc)])
        return answer["results"]?[0] ?? answer
    }

    /// Pushes what must be refused as a whole; gives the error, nil if it was taken.
    func refusal(of operations: [JSONValue]) async throws -> CloudError? {
        var copy = self
        do {
            _ = try await copy.push(operations)
            return nil
        } catch let error as CloudError {
            return error
        }
    }

    func pull(since: Int64 = 0, floor: Int64? = nil, epoch: JSONValue = .null, limit: Int64 = 500) async throws -> JSONValue {
        try await project.call(
            "sync_pull",
            ["p_since": .int(since), "p_floor": floor.map(JSONValue.int) ?? .null, "p_epoch": epoch, "p_limit": .int(limit)],
            as: user)
    }

    /// A row as a pull gives it; nil when the server has none.
    func row(_ table: String, _ key: [String] = []) async throws -> JSONValue? {
        let page = try await pull(limit: 2000)
        return page.rows.first { $0["t"] == .string(table) && $0["k"] == .array(key.map(JSONValue.string)) }
    }
}

extension JSONValue {
    subscript(key: String) -> JSONValue? { objectValue?[key] }

    subscript(index: Int) -> JSONValue? {
        guard let elements = arrayValue, elements.indices.contains(index) else { return nil }
        return elements[index]
    }

    /// The rows of a page.
    var rows: [JSONValue] { self["rows"]?.arrayValue ?? [] }
    /// The "r" of each result of a push.
    var results: [String] { self["results"]?.arrayValue?.compactMap { $0["r"]?.stringValue } ?? [] }
    /// The number of a row's version.
    var sequence: Int64? { self["s"]?.intValue }
}

/// A person of their own in the shared project, with a device.
func newDevice() async throws -> TestDevice {
    let project = try await CloudStack.sharedProject()
    return try await TestDevice(project, project.user())
}

/// A version-4 UUID as the protocol writes it.
func newID() -> String { UUID().uuidString.lowercased() }
