import Foundation
import LocalStore
import Networking

/// The files behind attachments, in the project's Storage: `attachments/<account>/<sha256>`.
///
/// A blob's name is its content, so it never changes, and one that is there already has been sent.
package struct BlobStore: Sendable {
    static let bucket = "attachments"
    /// What Supabase wants of every piece but the last.
    static let pieceSize = 6 << 20
    /// Time for one piece on a slow line.
    private static let pieceTimeout = Duration.seconds(600)
    private static let uploads = "/storage/v1/upload/resumable"
    private static let protocolVersion = HTTPHeader("Tus-Resumable", "1.0.0")

    private let requests: AccountRequests

    package init(project: SupabaseProject, keeper: SessionKeeper, transport: any HTTPTransport) {
        requests = AccountRequests(project: project, keeper: keeper, transport: transport)
    }

    /// Sends a file, going on where an earlier attempt stopped.
    ///
    /// - Parameters:
    ///   - address: where an earlier attempt was sending, as `began` was told.
    ///   - began: keeps the place of a new upload, so that the next attempt goes on there.
    package func upload(
        _ file: URL, sha256: String, mime: String, resuming address: String?, began: @Sendable (String) async throws -> Void
    ) async throws(BlobError) {
        let source: FileHandle
        let size: UInt64
        do {
            source = try FileHandle(forReadingFrom: file)
            size = try source.seekToEnd()
        } catch {
            throw .file("\(error)")
        }
        var place: (address: String, offset: UInt64)
        if let address, let offset = try await offset(at: address) {
            place = (address, offset)
        } else {
            guard let new = try await begin(sha256: sha256, mime: mime, size: size) else { return }
            do {
                try await began(new)
            } catch {
                throw .file("\(error)")
            }
            place = (new, 0)
        }
        while place.offset < size {
            let piece: Data
            do {
                try source.seek(toOffset: place.offset)
                piece = try source.read(upToCount: Self.pieceSize) ?? Data()
            } catch {
                throw .file("\(error)")
            }
            guard !piece.isEmpty else { throw .file("it became shorter while it was sent") }
            place.offset = try await append(piece, at: place)
        }
    }

    /// Fetches a blob into `target`, which holds the right bytes or does not come to be.
    package func download(sha256: String, bytes: Int64, to target: URL) async throws(BlobError) {
        let partial = target.appendingPathExtension("part")
        defer { unlink(partial.path) }
        let response = try await fetch(sha256: sha256, limit: bytes)
        let digest = StreamingSHA256()
        do {
            let descriptor = open(partial.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw BlobError.file(String(cString: strerror(errno))) }
            let output = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
            for try await piece in response.body {
                digest.update(piece)
                try output.write(contentsOf: piece)
            }
            try output.synchronize()
        } catch let error as BlobError {
            throw error
        } catch let error as HTTPError {
            throw .auth(.unreachable(error))
        } catch is CancellationError {
            throw .auth(.unreachable(.closed))
        } catch {
            throw .file("\(error)")
        }
        let found = digest.finish()
        guard found == sha256 else { throw .wrongContent(expected: sha256, found: found) }
        guard rename(partial.path, target.path) == 0 else { throw .file(String(cString: strerror(errno))) }
    }

    // MARK: Requests

    /// Has the project tidy up what it keeps of this person, and takes away the stored files that nothing names any more.
    ///
    /// - Parameter isNeeded: whether a digest is named here, by something that the project may not know of yet.
    /// - Returns: how many files went. Zero also when the project's functions are older than this one.
    package func tidyUp(isNeeded: (String) -> Bool) async throws(BlobError) -> Int {
        let response = try await send { [requests] token in requests.project.json("/rest/v1/rpc/sync_upkeep", token: token, [:]) }
        let text = String(decoding: response.body, as: UTF8.self)
        if response.status == 404 { return 0 }
        guard response.status == 200 else { throw failure(response) }
        let names: [JSONValue]?
        do {
            names = try JSONValue(parsing: text).objectValue?["unused"]?.arrayValue
        } catch {
            throw .server(status: response.status, "an answer that is no JSON (\(error))")
        }
        var removed = 0
        for path in names?.compactMap(\.stringValue) ?? [] {
            // Only what is named as this program names it, in this person's folder.
            let parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, path == name(parts[1]), parts[1].allSatisfy(\.isHexDigit), !isNeeded(parts[1]) else {
                continue
            }
            let answer = try await send { [requests] token in
                requests.project.request(.delete, "/storage/v1/object/\(Self.bucket)/\(path)", token: token)
            }
            // Another device was faster.
            if meaning(answer).status == 404 { continue }
            guard answer.status == 200 else { throw failure(answer) }
            removed += 1
        }
        return removed
    }

    private func name(_ sha256: String) -> String { "\(requests.account)/\(sha256)" }

    /// The address of a new upload; nil when the blob is there already.
    private func begin(sha256: String, mime: String, size: UInt64) async throws(BlobError) -> String? {
        func encoded(_ text: String) -> String { Data(text.utf8).base64EncodedString() }
        let metadata = [
            "bucketName \(encoded(Self.bucket))", "objectName \(encoded(name(sha256)))", "contentType \(encoded(mime))",
            "cacheControl \(encoded("31536000"))",
        ].joined(separator: ",")
        let response = try await send { [project = requests.project] token in
            project.request(
                .post, Self.uploads, token: token,
                headers: [
                    Self.protocolVersion, HTTPHeader("Upload-Length", String(size)), HTTPHeader("Upload-Metadata", metadata),
                    HTTPHeader("x-upsert", "false"),
                ])
        }
        if isDuplicate(response) { return nil }
        guard response.status == 201, let location = response.head["location"] else { throw failure(response) }
        // The service behind the gateway may call itself otherwise; the token goes to nobody but the project.
        guard let path = URLComponents(string: location)?.percentEncodedPath, let start = path.range(of: Self.uploads + "/")
        else {
            throw .server(status: response.status, "an upload without an address")
        }
        return String(path[start.lowerBound...])
    }

    /// How far an upload has come; nil when the project knows it no more.
    private func offset(at address: String) async throws(BlobError) -> UInt64? {
        let response = try await send { [project = requests.project] token in
            project.request(.head, address, token: token, headers: [Self.protocolVersion])
        }
        guard response.status == 200 else { return nil }
        return response.head["upload-offset"].flatMap { UInt64($0) }
    }

    private func append(_ piece: Data, at place: (address: String, offset: UInt64)) async throws(BlobError) -> UInt64 {
        let response = try await send { [project = requests.project] token in
            var request = project.request(
                .patch, place.address, token: token,
                headers: [
                    Self.protocolVersion, HTTPHeader("Upload-Offset", String(place.offset)),
                    HTTPHeader("Content-Type", "application/offset+octet-stream"),
                ], body: piece)
            request.totalTimeout = Self.pieceTimeout
            return request
        }
        let end = place.offset + UInt64(piece.count)
        // Another attempt finished it meanwhile.
        if isDuplicate(response) { return end }
        guard [200, 204].contains(response.status) else { throw failure(response) }
        guard let offset = response.head["upload-offset"].flatMap({ UInt64($0) }), offset > place.offset, offset <= end else {
            throw .server(status: response.status, "an upload that does not advance")
        }
        return offset
    }

    private func fetch(sha256: String, limit: Int64) async throws(BlobError) -> HTTPStreamingResponse {
        let path = "/storage/v1/object/authenticated/\(Self.bucket)/\(name(sha256))"
        do {
            let token = try await requests.keeper.token()
            var response = try await stream(path, token: token, limit: limit)
            if response.head.status == 401 {
                response = try await stream(path, token: try await requests.keeper.token(insteadOf: token), limit: limit)
            }
            if response.head.status == 200 { return response }
            var body = Data()
            for try await piece in response.body where body.count < 65_536 { body += piece }
            throw failure(HTTPResponse(head: response.head, body: body))
        } catch let error as BlobError {
            throw error
        } catch let error as AuthError {
            throw .auth(error)
        } catch {
            throw .auth(.unreachable(error as? HTTPError ?? .closed))
        }
    }

    private func stream(_ path: String, token: AccessToken, limit: Int64) async throws(HTTPError) -> HTTPStreamingResponse {
        var request = requests.project.request(.get, path, token: token)
        request.totalTimeout = nil
        // Room for an error's text; a longer body than announced is refused by its digest.
        request.bodyLimit = max(65_536, Int(clamping: limit))
        return try await requests.transport.stream(request)
    }

    private func send(_ make: @escaping @Sendable (AccessToken) -> HTTPRequest) async throws(BlobError) -> HTTPResponse {
        do throws(AuthError) {
            return try await requests.send { token throws(AuthError) in make(token) }
        } catch {
            throw .auth(error)
        }
    }

    // MARK: Refusals

    /// Storage puts the status that it means into the body and answers 400 itself.
    private func meaning(_ response: HTTPResponse) -> (status: Int, text: String) {
        let fields = (try? JSONValue(parsing: String(decoding: response.body, as: UTF8.self)))?.objectValue ?? [:]
        let status = fields["statusCode"]?.stringValue.flatMap { Int($0) } ?? response.status
        return (status, String((fields["message"]?.stringValue ?? "status \(response.status)").prefix(200)))
    }

    private func isDuplicate(_ response: HTTPResponse) -> Bool {
        guard response.status == 400 || response.status == 409 else { return false }
        let fields = (try? JSONValue(parsing: String(decoding: response.body, as: UTF8.self)))?.objectValue ?? [:]
        let (status, text) = meaning(response)
        // 409 is also how TUS says that two attempts disagree about the offset.
        return status == 409 && (fields["error"]?.stringValue == "Duplicate" || text.contains("already exists"))
    }

    private func failure(_ response: HTTPResponse) -> BlobError {
        let (status, text) = meaning(response)
        switch status {
        case 200..<300: return .server(status: status, text)
        case 300..<400: return .auth(.unreachable(.notTheService("status \(status)")))
        case 404 where text.contains("Bucket"): return .refused(status: status, text)
        case 404: return .missing
        case 413: return .tooLarge(text)
        case 409, 429, 500...: return .server(status: status, text)
        default: return .refused(status: status, text)
        }
    }
}
