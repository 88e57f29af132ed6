import Foundation
import LocalStore
import Networking

/// One Supabase project: its address and keys as a device has them, and what only a test can do to it.
package final class CloudProject: Sendable {
    package let name: String
    /// `SUPABASE_URL`.
    package let url: String
    /// `SUPABASE_ANON_KEY`, and its newer form.
    package let anonKey: String
    package let publishableKey: String
    package let serviceKey: String
    package let secretKey: String
    /// Connects to the database as its superuser, for `psql` and Python peers.
    package let dsn: String
    private let stack: CloudStack

    init(stack: CloudStack, description: JSONValue) throws {
        func text(_ key: String) throws -> String {
            guard let value = description.objectValue?[key]?.stringValue else {
                throw PeerError(description: "a project without \(key)")
            }
            return value
        }
        self.stack = stack
        name = try text("name")
        url = try text("url")
        anonKey = try text("anon_key")
        publishableKey = try text("publishable_key")
        serviceKey = try text("service_key")
        secretKey = try text("secret_key")
        dsn = try text("dsn")
    }

    // MARK: People

    package func user(email: String? = nil, password: String? = nil) async throws -> CloudUser {
        var body: [String: JSONValue] = [:]
        body["email"] = email.map(JSONValue.string)
        body["password"] = password.map(JSONValue.string)
        return CloudUser(try await control(.post, "/users", .object(body)))
    }

    /// A new access token for a user that is there already.
    package func token(of id: String) async throws -> CloudUser {
        CloudUser(try await control(.get, "/users/\(id)"))
    }

    package func remove(_ user: CloudUser) async throws {
        _ = try await control(.delete, "/users/\(user.id)")
    }

    /// Access tokens given out so far count as expired: those of `user`, or everybody's.
    package func expireTokens(of user: CloudUser? = nil) async throws {
        _ = try await control(.post, "/expire", user.map { ["user": .string($0.id)] } ?? [:])
    }

    /// The one-time code that would have been mailed.
    package func mailedCode(to email: String) async throws -> String? {
        try await control(.get, "/code?email=\(email)").objectValue?["code"]?.stringValue
    }

    /// Seconds: how long access tokens live, and how long an older refresh token may be used again.
    package func set(tokenLifetime: Int64? = nil, refreshReuseInterval: Int64? = nil) async throws {
        var body: [String: JSONValue] = [:]
        body["jwt_lifetime"] = tokenLifetime.map(JSONValue.int)
        body["refresh_reuse_interval"] = refreshReuseInterval.map(JSONValue.int)
        _ = try await control(.post, "/settings", .object(body))
    }

    // MARK: The database

    /// Runs SQL as the superuser and gives the rows of a statement. `%s` stands for each of `arguments`.
    @discardableResult
    package func sql(_ statement: String, _ arguments: [JSONValue] = []) async throws -> [[String: JSONValue]] {
        try await run(["sql": .string(statement), "args": .array(arguments)])
    }

    /// Runs SQL under row security: as `user`, or with a role alone.
    @discardableResult
    package func sql(_ statement: String, as user: CloudUser?, role: String = "authenticated") async throws -> [[String:
        JSONValue]]
    {
        try await run(["sql": .string(statement), "role": .string(role), "user": user.map { .string($0.id) } ?? .null])
    }

    private func run(_ body: JSONValue) async throws -> [[String: JSONValue]] {
        try await control(.post, "/sql", body).arrayValue?.compactMap(\.objectValue) ?? []
    }

    /// Puts a copy of the database aside; ``restore()`` goes back to it, once.
    package func snapshot() async throws { _ = try await control(.post, "/snapshot", [:]) }
    package func restore() async throws { _ = try await control(.post, "/restore", [:]) }

    /// Applies `supabase/migrations`, or takes them back, as the owner of a hosted project does.
    ///
    /// - Parameter replacements: texts to replace in the migrations, to plant a bug. Each must occur.
    package func migrate(replacing replacements: [(String, String)] = []) async throws {
        let pairs = replacements.map { JSONValue.array([.string($0.0), .string($0.1)]) }
        _ = try await control(.post, "/migrate", ["replace": .array(pairs)])
    }

    package func rollBack() async throws { _ = try await control(.post, "/rollback", [:]) }

    /// Every line of `pg_dump`, sorted; without Realtime's messages, which are hints that were sent.
    package func dump() async throws -> [String] {
        try await control(.get, "/dump").objectValue?["lines"]?.arrayValue?.compactMap(\.stringValue) ?? []
    }

    // MARK: What goes wrong

    package func inject(_ fault: CloudFault) async throws { _ = try await control(.post, "/faults", fault.body) }
    package func clearFaults() async throws { _ = try await control(.delete, "/faults") }

    /// How many requests a fault has struck so far.
    package func faultsStruck() async throws -> Int64 {
        try await control(.get, "/faults").objectValue?["struck"]?.intValue ?? 0
    }

    /// Stops listening and cuts every connection; ``goOnline()`` listens on the same port again.
    package func goOffline() async throws { _ = try await control(.post, "/offline", [:]) }
    package func goOnline() async throws { _ = try await control(.post, "/online", [:]) }

    // MARK: What can be seen

    /// Requests and bytes since the start or the last ``resetTraffic()``: in all, and by "METHOD path".
    package func traffic() async throws -> CloudTraffic { CloudTraffic(try await control(.get, "/traffic")) }
    package func resetTraffic() async throws { _ = try await control(.delete, "/traffic") }

    /// Topics that Realtime sockets have joined now.
    package func joinedTopics() async throws -> [String] {
        try await control(.get, "/realtime").objectValue?["topics"]?.arrayValue?.compactMap(\.stringValue) ?? []
    }

    package func dropSockets() async throws { _ = try await control(.delete, "/realtime") }

    package func remove() async throws { _ = try await control(.delete, "") }

    private func control(_ method: HTTPMethod, _ path: String, _ body: JSONValue? = nil) async throws -> JSONValue {
        try await stack.call(method, "/projects/\(name)\(path)", body)
    }

    // MARK: As a client

    /// A request as a device makes it: with the anon key, and the user's token when there is a user.
    package func request(
        _ method: HTTPMethod, _ path: String, _ body: JSONValue? = nil, as user: CloudUser?, headers: [HTTPHeader] = [],
        contentType: String? = "application/json"
    ) async throws -> HTTPResponse {
        var own = [HTTPHeader("apikey", anonKey), HTTPHeader("Authorization", "Bearer \(user?.accessToken ?? anonKey)")]
        if let contentType { own.append(HTTPHeader("Content-Type", contentType)) }
        return try await stack.transport.send(
            HTTPRequest(
                method, url + path, headers: own + headers, body: body.map { Data($0.text.utf8) }, totalTimeout: .seconds(120),
                idleTimeout: .seconds(120)))
    }

    /// Calls a function of the database as `user` (nil: with the anon key alone); throws ``CloudError``.
    package func call(_ function: String, _ arguments: JSONValue = [:], as user: CloudUser?) async throws -> JSONValue {
        let response = try await request(.post, "/rest/v1/rpc/\(function)", arguments, as: user)
        let text = String(decoding: response.body, as: UTF8.self)
        if response.status == 204 { return .null }
        let value = try JSONValue(parsing: text)
        guard response.status == 200 else {
            throw CloudError(
                status: response.status, code: value.objectValue?["code"]?.stringValue ?? "",
                message: value.objectValue?["message"]?.stringValue ?? text)
        }
        return value
    }
}

package struct CloudUser: Sendable, Hashable {
    package let id: String
    package let email: String
    package let password: String
    /// Good for the project's token lifetime; belongs to a session of its own.
    package let accessToken: String

    init(_ value: JSONValue) {
        func text(_ key: String) -> String { value.objectValue?[key]?.stringValue ?? "" }
        (id, email, password, accessToken) = (text("id"), text("email"), text("password"), text("access_token"))
    }
}

package struct CloudTraffic: Sendable {
    package struct Count: Sendable, Hashable {
        package let requests: Int64
        /// Bytes of heads and bodies, as compressed.
        package let bytesIn: Int64
        package let bytesOut: Int64

        package init(requests: Int64, bytesIn: Int64, bytesOut: Int64) {
            self.requests = requests
            self.bytesIn = bytesIn
            self.bytesOut = bytesOut
        }
    }

    package let total: Count
    package let routes: [String: Count]

    init(_ value: JSONValue) {
        func count(_ value: JSONValue?) -> Count {
            let fields = value?.objectValue ?? [:]
            return Count(
                requests: fields["requests"]?.intValue ?? 0, bytesIn: fields["bytes_in"]?.intValue ?? 0,
                bytesOut: fields["bytes_out"]?.intValue ?? 0)
        }
        total = count(value.objectValue?["total"])
        routes = value.objectValue?["routes"]?.objectValue?.mapValues(count) ?? [:]
    }
}
