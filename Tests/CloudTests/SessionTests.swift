import Foundation
import LocalStore
import Networking
import TestSupport
import Testing

/// Sessions and uploads of the stand-in, where the order of things matters to a client.
@Suite struct SessionTests {
    @Test("a refresh token is replaced; its successor's parent still works, an older one ends the session")
    func rotation() async throws {
        let project = try await CloudStack.shared().project(schema: .bare)
        try await project.set(refreshReuseInterval: 0)
        let user = try await project.user()
        let first = try await token(project, "password", ["email": .string(user.email), "password": .string(user.password)])
        let second = try await refresh(project, first)
        let third = try await refresh(project, second)
        // The answer with the third got lost: asking again gives it again.
        #expect(try await refresh(project, second)["refresh_token"] == third["refresh_token"])
        #expect(try await refresh(project, first)["error_code"] == "refresh_token_already_used")
        #expect(try await refresh(project, third)["error_code"] == "refresh_token_already_used")
        try await project.remove()
    }

    @Test("a mailed code signs in once")
    func code() async throws {
        let project = try await CloudStack.shared().project(schema: .bare)
        _ = try await project.request(.post, "/auth/v1/otp", ["email": "new@example.com"], as: nil)
        let code = try #require(try await project.mailedCode(to: "new@example.com"))
        let body: JSONValue = ["type": "email", "email": "new@example.com", "token": .string(code)]
        #expect(try await project.request(.post, "/auth/v1/verify", body, as: nil).status == 200)
        #expect(try await project.request(.post, "/auth/v1/verify", body, as: nil).status == 403)
        try await project.remove()
    }

    @Test("an upload goes on where it stopped, and is there once it is whole")
    func resumable() async throws {
        let project = try await CloudStack.sharedProject()
        let user = try await project.user()
        func encoded(_ text: String) -> String { Data(text.utf8).base64EncodedString() }
        let name = "\(user.id)/abc"
        let tus = HTTPHeader("Tus-Resumable", "1.0.0")
        let create = [
            tus, HTTPHeader("Upload-Length", "10"),
            HTTPHeader("Upload-Metadata", "bucketName \(encoded("attachments")),objectName \(encoded(name))"),
        ]
        let made = try await project.request(.post, "/storage/v1/upload/resumable", as: user, headers: create)
        let path = try #require(made.head["location"]).replacing(project.url, with: "")
        // Bodies are JSON texts here: "abc" with its quotes is five bytes.
        func append(_ text: JSONValue, at offset: Int) async throws -> Int {
            let headers = [
                tus, HTTPHeader("Upload-Offset", "\(offset)"), HTTPHeader("Content-Type", "application/offset+octet-stream"),
            ]
            return try await project.request(.patch, path, text, as: user, headers: headers, contentType: nil).status
        }
        #expect(try await append("abc", at: 0) == 204)
        #expect(try await append("abc", at: 0) == 409)
        #expect(try await project.request(.head, path, as: user).head["upload-offset"] == "5")
        #expect(try await append("def", at: 5) == 204)
        let stored = try await project.request(.get, "/storage/v1/object/attachments/\(name)", as: user)
        #expect(String(decoding: stored.body, as: UTF8.self) == #""abc""def""#)
        #expect(try await project.request(.post, "/storage/v1/upload/resumable", as: user, headers: create).status == 409)
    }

    private func refresh(_ project: CloudProject, _ session: JSONValue) async throws -> JSONValue {
        try await token(project, "refresh_token", ["refresh_token": session["refresh_token"] ?? .null])
    }

    private func token(_ project: CloudProject, _ grant: String, _ body: JSONValue) async throws -> JSONValue {
        let response = try await project.request(.post, "/auth/v1/token?grant_type=\(grant)", body, as: nil)
        return try JSONValue(parsing: String(decoding: response.body, as: UTF8.self))
    }
}
