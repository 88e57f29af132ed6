import Foundation
import LocalStore
import Networking

/// Looks at the project as somebody who has nothing but its public key, as anybody can who has the key of a device.
package struct SecurityCheck: Sendable {
    package enum Exposure: Sendable, Hashable {
        case closed
        /// Rows come without a login.
        case readable
        /// A row would be taken without a login.
        case writable
        case absent
        /// Neither answer fits; what came instead.
        case unknown(String)
    }

    /// The tables that hold what people told, and a key column of each: a row without it is never stored, so that asking
    /// whether one may be written leaves nothing behind even where it may.
    static let tables: [(name: String, key: String)] = [
        ("profiles", "id"), ("user_profiles", "user_id"), ("memory", "id"), ("conversation_state", "id"),
        ("onboarding_details", "id"), ("conversations", "id"), ("messages", "id"), ("reminders", "id"), ("attachments", "id"),
    ]

    private let project: SupabaseProject
    private let transport: any HTTPTransport

    package init(project: SupabaseProject, transport: any HTTPTransport) {
        self.project = project
        self.transport = transport
    }

    /// What each table shows, in the order of ``tables``. Rows that come are not looked at.
    package func run() async throws(AuthError) -> [(table: String, exposure: Exposure)] {
        var result: [(String, Exposure)] = []
        for (name, key) in Self.tables {
            var exposure = try await reading(name)
            if exposure == .closed { exposure = try await writing(name, without: key) }
            result.append((name, exposure))
        }
        return result
    }

    private func reading(_ table: String) async throws(AuthError) -> Exposure {
        let response = try await send(
            project.request(.get, "/rest/v1/\(table)?select=*&limit=1", headers: [HTTPHeader("Accept", "application/json")]))
        if response.status == 200 {
            let rows = try json(response).arrayValue
            guard let rows else { return .unknown("no list of rows") }
            return rows.isEmpty ? .closed : .readable
        }
        return refusal(response, try json(response))
    }

    /// Row security judges a new row before the row's own rules do.
    private func writing(_ table: String, without key: String) async throws(AuthError) -> Exposure {
        var request = project.json("/rest/v1/\(table)", .object([key: .null]))
        request.headers.append(HTTPHeader("Prefer", "return=minimal"))
        let response = try await send(request)
        if (200..<300).contains(response.status) { return .writable }
        let fields = try json(response)
        let code = fields.objectValue?["code"]?.stringValue ?? ""
        if code.hasPrefix("23") { return .writable }
        // Projects differ in whether this table has an id of its own.
        if code == "PGRST204", key != "user_id" { return try await writing(table, without: "user_id") }
        return refusal(response, fields)
    }

    private func refusal(_ response: HTTPResponse, _ value: JSONValue) -> Exposure {
        let code = value.objectValue?["code"]?.stringValue ?? ""
        switch (response.status, code) {
        case (_, "42501"), (401, _), (403, _): return .closed
        case (_, "PGRST205"), (_, "42P01"), (404, _): return .absent
        default: return .unknown("status \(response.status) \(code)")
        }
    }

    private func send(_ request: HTTPRequest) async throws(AuthError) -> HTTPResponse {
        let response: HTTPResponse
        do throws(HTTPError) {
            response = try await transport.send(request)
        } catch {
            throw .unreachable(error)
        }
        if response.status == 401, let text = try json(response).objectValue?["message"]?.stringValue,
            text.localizedCaseInsensitiveContains("api key")
        {
            throw .keyRefused(text)
        }
        return response
    }

    private func json(_ response: HTTPResponse) throws(AuthError) -> JSONValue {
        do throws(HTTPError) {
            return try response.jsonValue()
        } catch {
            throw .unreachable(error)
        }
    }
}
