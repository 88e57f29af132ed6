import CompanionServices
import Foundation
import LocalStore

/// A file of our own in the data directory through which a store passes on its way between a person's file and us: the one who
/// owns the data directory may not be the one who may read and write the person's file.
enum TransferFile {
    private static let pieceSize = 256 * 1024

    /// Gives `body` a name that nothing has yet; whatever is there afterwards is deleted.
    static func with<Value>(in directory: DataDirectory, _ body: (URL) async throws -> Value) async throws -> Value {
        let file = directory.root.appending(path: "transfer-\(UUID().uuidString.lowercased())")
        defer {
            // SQLite may have put files beside it. What is not there needs no deleting.
            for suffix in ["", "-wal", "-shm", "-journal"] { unlink(file.path + suffix) }
        }
        return try await body(file)
    }

    /// Writes all of `input` to `file`, for its owner only.
    static func fill(_ file: URL, from input: any CommandInput) async throws {
        let descriptor = open(file.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw CommandFailure(.io, "'\(file.path)': \(SystemCallError("open").reason).") }
        defer { close(descriptor) }
        let output = FileDescriptorOutput(descriptor, thread: WorkThread(name: "transfer"))
        while let piece = try await input.read() { try await output.write(piece) }
    }

    /// Hands over the file's bytes in order.
    static func pieces(of file: URL, _ body: ([UInt8]) async throws -> Void) async throws {
        let handle = try FileHandle(forReadingFrom: file)
        defer { try? handle.close() }  // Nothing was written through it.
        while let data = try handle.read(upToCount: pieceSize), !data.isEmpty { try await body(Array(data)) }
    }
}
