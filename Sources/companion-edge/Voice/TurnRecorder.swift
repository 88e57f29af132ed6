import CompanionServices
import Foundation
import Glibc
import Logging
import Synchronization

/// Writes what the turn engine sees and decides into a file, line by line, so that it can be played again. It holds the words
/// that were said.
final class TurnRecorder: Sendable {
    private let file: Mutex<FileHandle?>

    /// - Throws: when the file cannot be made.
    init(_ url: URL) throws {
        // A named pipe does as well.
        let descriptor = Glibc.open(url.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw CommandFailure(.cannotCreate, "'\(url.path)' cannot be written: \(String(cString: strerror(errno))).")
        }
        file = Mutex(FileHandle(fileDescriptor: descriptor, closeOnDealloc: true))
    }

    func begin(settings: TurnSettings, endpoint: EndpointDelay) throws {
        let line = try TurnLog.line(of: TurnLog.Start(settings: settings, endpoint: endpoint))
        try file.withLock { try $0?.write(contentsOf: Data((line + "\n").utf8)) }
    }

    /// The conversation goes on without its record.
    func note(_ entry: TurnLog.Entry, logger: Logger) {
        file.withLock { file in
            do {
                try file?.write(contentsOf: Data((try TurnLog.line(of: entry) + "\n").utf8))
            } catch {
                logger.warning("the record of turns ends here", metadata: ["error": "\(error)"])
                file = nil
            }
        }
    }
}
