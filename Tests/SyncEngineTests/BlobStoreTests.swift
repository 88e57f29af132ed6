import Foundation
import LocalStore
import Networking
import Synchronization
import TestSupport
import Testing

@testable import SyncEngine

@Suite struct BlobStoreTests {
    private let folder: TemporaryDirectory
    private let keeperHouse: DeviceStore
    private let person = UserID.random()
    private let clock = ManualBootClock()

    init() async throws {
        folder = try TemporaryDirectory()
        keeperHouse = try DeviceStore.open(in: DataDirectory(root: folder.file("data")))
        try await keeperHouse.addPerson(id: person)
        let amina = try Sample.amina()
        let session = AuthSession(
            account: amina, accessToken: Sample.token(of: amina), refreshToken: "r", lifetime: 3600, receivedAt: clock.now())
        try await keeperHouse.bind(session, email: nil, project: "p", to: person)
    }

    private func store(_ transport: any HTTPTransport) throws -> BlobStore {
        let project = try Sample.project()
        return BlobStore(
            project: project,
            keeper: SessionKeeper(
                account: try Sample.amina(), storage: DeviceSessions(devices: keeperHouse, person: person),
                client: AuthClient(project: project, transport: transport, clock: clock)),
            transport: transport)
    }

    private func blob(_ bytes: Int) throws -> (file: URL, sha256: String, data: Data) {
        var generator = SeededGenerator(seed: 7)
        let data = Data((0..<bytes).map { _ in UInt8.random(in: 0...255, using: &generator) })
        let file = folder.file("blob")
        try data.write(to: file)
        let digest = StreamingSHA256()
        digest.update(data)
        return (file, digest.finish(), data)
    }

    @Test("a large file goes in pieces of 6 MB, under its account and its content's name")
    func pieces() async throws {
        let (file, sha256, data) = try blob((6 << 20) * 2 + 5)
        let server = ScriptedUploads()
        let begun = Mutex<[String]>([])
        try await store(server.transport).upload(file, sha256: sha256, mime: "audio/wav", resuming: nil) { place in
            begun.withLock { $0.append(place) }
        }
        #expect(server.received == data)
        #expect(server.pieces == [6 << 20, 6 << 20, 5])
        #expect(server.objectName == "\(try Sample.amina())/\(sha256)")
        #expect(begun.withLock { $0 } == ["/storage/v1/upload/resumable/u1"])
    }

    @Test("after a cut the upload goes on where the server stopped")
    func resume() async throws {
        let (file, sha256, data) = try blob((6 << 20) + 100)
        let server = ScriptedUploads()
        server.cutsAfterPieces.withLock { $0 = 1 }
        let place = Mutex<String?>(nil)
        let blobs = try store(server.transport)
        await #expect(throws: BlobError.auth(.unreachable(.interrupted("cut")))) {
            try await blobs.upload(file, sha256: sha256, mime: "audio/wav", resuming: nil) { begun in
                place.withLock { $0 = begun }
            }
        }
        server.cutsAfterPieces.withLock { $0 = nil }
        try await blobs.upload(file, sha256: sha256, mime: "audio/wav", resuming: place.withLock { $0 }) { _ in }
        #expect(server.received == data)
        #expect(server.pieces == [6 << 20, 100])
    }

    @Test("an upload that the server forgot begins anew, and one that is there already is done")
    func forgottenAndThere() async throws {
        let (file, sha256, data) = try blob(1000)
        let server = ScriptedUploads()
        try await store(server.transport).upload(
            file, sha256: sha256, mime: "audio/wav", resuming: "/storage/v1/upload/resumable/gone"
        ) { _ in }
        #expect(server.received == data)
        try await store(server.transport).upload(file, sha256: sha256, mime: "audio/wav", resuming: nil) { _ in }
        #expect(server.pieces == [1000])
    }

    static let refusals: [(Int, JSONValue, BlobError)] = [
        (400, ["statusCode": "403", "error": "Unauthorized", "message": "no"], .refused(status: 403, "no")),
        (400, ["statusCode": "404", "error": "no", "message": "Bucket not found"], .refused(status: 404, "Bucket not found")),
        (413, ["statusCode": "413", "error": "Payload too large", "message": "too large"], .tooLarge("too large")),
        (503, ["message": "down"], .server(status: 503, "down")),
    ]

    @Test("refusals keep what Storage means", arguments: refusals)
    func refused(status: Int, body: JSONValue, expected: BlobError) async throws {
        let (file, sha256, _) = try blob(10)
        let transport = ScriptedTransport { _, _ in .json(status, body) }
        await #expect(throws: expected) {
            try await store(transport).upload(file, sha256: sha256, mime: "audio/wav", resuming: nil) { _ in }
        }
    }
}

/// The server's side of resumable uploads, one object at a time.
private final class ScriptedUploads: Sendable {
    private struct State {
        var data = Data()
        var length = -1
        var pieces: [Int] = []
        var name = ""
    }

    let cutsAfterPieces = Mutex<Int?>(nil)
    private let state = Mutex(State())

    var received: Data { state.withLock { $0.data } }
    var pieces: [Int] { state.withLock { $0.pieces } }
    var objectName: String { state.withLock { $0.name } }

    var transport: ScriptedTransport {
        ScriptedTransport { request, _ throws(HTTPError) in try self.answer(request) }
    }

    private func answer(_ request: HTTPRequest) throws(HTTPError) -> HTTPResponse {
        switch request.method {
        case .post: return begin(request)
        case .head:
            guard request.url.hasSuffix("/u1") else { return .json(404, [:]) }
            return head(200, ["Upload-Offset": String(received.count)])
        default: return try append(request)
        }
    }

    private func begin(_ request: HTTPRequest) -> HTTPResponse {
        if state.withLock({ $0.length >= 0 && $0.data.count == $0.length }) {
            return .json(409, ["statusCode": "409", "error": "Duplicate", "message": "The resource already exists"])
        }
        let metadata = request.header("upload-metadata") ?? ""
        let encoded = metadata.split(separator: ",").first { $0.hasPrefix("objectName ") }?.dropFirst(11) ?? ""
        state.withLock { state in
            state.length = request.header("upload-length").flatMap { Int($0) } ?? 0
            state.name = Data(base64Encoded: String(encoded)).map { String(decoding: $0, as: UTF8.self) } ?? ""
        }
        return head(201, ["Location": "http://storage.internal:5000/storage/v1/upload/resumable/u1"])
    }

    private func append(_ request: HTTPRequest) throws(HTTPError) -> HTTPResponse {
        let body = request.body ?? Data()
        if let limit = cutsAfterPieces.withLock({ $0 }), pieces.count >= limit { throw .interrupted("cut") }
        let offset = state.withLock { state in
            guard request.header("upload-offset") == String(state.data.count) else { return -1 }
            state.data += body
            state.pieces.append(body.count)
            return state.data.count
        }
        return offset < 0 ? head(409, [:]) : head(204, ["Upload-Offset": String(offset)])
    }

    private func head(_ status: Int, _ headers: [String: String]) -> HTTPResponse {
        HTTPResponse(
            head: HTTPHead(status: status, headers: headers.map { HTTPHeader($0.key, $0.value) }), body: Data())
    }
}
