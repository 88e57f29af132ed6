import Foundation
import LocalStore
import Networking

/// PostgreSQL and a gateway that speaks as Supabase's services do, both on this machine (`Tests/Support/Peers/cloudstack`).
///
/// One runs for the whole test process. What a test needs of its own it takes from there: a user in ``sharedProject()``, or
/// with ``project(schema:tokenLifetime:)`` a database and a gateway that nobody else uses.
package final class CloudStack: Sendable {
    /// What is in a project's database.
    package enum Schema: String, Sendable {
        /// A new Supabase project.
        case bare
        /// The cloud companion's tables, with people's rows in them.
        case original
        /// An empty project after our migrations.
        case ready
    }

    private static let starting = Task { try await CloudStack() }
    private static let sharing = Task { try await CloudStack.shared().project() }

    /// The stack of this test process, started when first asked for.
    package static func shared() async throws -> CloudStack {
        try await starting.value
    }

    /// A migrated project for tests that keep to users of their own.
    package static func sharedProject() async throws -> CloudProject {
        try await sharing.value
    }

    /// The Python that has the packages of the tests' peers.
    package static let python = root.appending(path: ".build/peers/bin/python")
    package static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private let process: ChildProcess
    private let control: String
    let transport: CurlTransport

    private init() async throws {
        guard FileManager.default.isExecutableFile(atPath: Self.python.path) else {
            throw PeerError(
                description: "the cloud stack's Python packages are missing; run scripts/test.sh, or scripts/cloud-stack.sh once")
        }
        process = try ChildProcess(
            Self.python, ["-m", "cloudstack"], environment: ["PYTHONPATH": Self.root.appending(path: "Tests/Support/Peers").path])
        let line = await process.outputLines(atLeast: 1).first ?? ""
        guard let port = try? JSONValue(parsing: line).objectValue?["control"]?.intValue else {
            process.closeInput()
            throw PeerError(description: "the cloud stack did not start: \(line) \(await process.ended().errors)")
        }
        control = "http://127.0.0.1:\(port)/_test"
        transport = try CurlTransport()
    }

    deinit {
        process.closeInput()
    }

    /// A project of one's own. It lives as long as the test process unless removed.
    package func project(schema: Schema = .ready, tokenLifetime: Int64 = 3600) async throws -> CloudProject {
        let answer = try await call(
            .post, "/projects", ["schema": .string(schema.rawValue), "jwt_lifetime": .int(tokenLifetime)])
        return try CloudProject(stack: self, description: answer)
    }

    /// A request to the side of the stack that only tests have.
    func call(_ method: HTTPMethod, _ path: String, _ body: JSONValue? = nil) async throws -> JSONValue {
        let response = try await transport.send(
            HTTPRequest(
                method, control + path, headers: [HTTPHeader("Content-Type", "application/json")],
                body: body.map { Data($0.text.utf8) }, totalTimeout: .seconds(120), idleTimeout: .seconds(120)))
        let text = String(decoding: response.body, as: UTF8.self)
        guard response.status == 200 else {
            let error = try? JSONValue(parsing: text).objectValue
            throw CloudError(
                status: response.status, code: error?["code"]?.stringValue ?? "", message: error?["message"]?.stringValue ?? text)
        }
        return try JSONValue(parsing: text)
    }
}

/// What the stack or a project answered instead of success.
package struct CloudError: Error, CustomStringConvertible {
    package let status: Int
    /// A SQLSTATE or one of PostgREST's codes.
    package let code: String
    package let message: String

    package var description: String { "\(status) \(code): \(message)" }
}
