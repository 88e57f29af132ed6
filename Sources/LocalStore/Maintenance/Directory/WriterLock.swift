import Foundation
import Glibc
import Synchronization

/// The right to write the stores of one data directory; one process at a time has it.
///
/// It is a kernel lock (`flock`) on `writer.lock`, so it ends with the process, however that ends. What the file says is only a
/// note for the others about who holds it; a note that was left behind is never believed.
package final class WriterLock: Sendable {
    package let directory: DataDirectory
    private let descriptor: Mutex<Int32?>

    private init(directory: DataDirectory, descriptor: Int32) {
        self.directory = directory
        self.descriptor = Mutex(descriptor)
    }

    deinit {
        release()
    }

    /// Takes the lock, waiting at most `wait` for another process to give it back.
    ///
    /// - Parameter purpose: what others are told, such as `chat` or `run`.
    /// - Throws: ``WriterLockError``, or `CancellationError` when the task is cancelled while it waits.
    package static func acquire<C: Clock>(
        _ directory: DataDirectory, purpose: String, wait: Duration = .zero, wallClock: any WallClock = SystemWallClock(),
        clock: C = ContinuousClock()
    ) async throws -> WriterLock where C.Duration == Duration {
        let deadline = clock.now.advanced(by: wait)
        while true {
            if let descriptor = try attempt(directory) {
                let note = WriterLockHolder(purpose: purpose, since: wallClock.now())
                write(note, to: descriptor)
                return WriterLock(directory: directory, descriptor: descriptor)
            }
            let remaining = clock.now.duration(to: deadline)
            guard remaining > .zero else {
                throw WriterLockError.held(by: holder(of: directory), path: directory.writerLock.path)
            }
            try await clock.sleep(for: min(remaining, .milliseconds(20)))
        }
    }

    /// Gives the right back. Close the stores first.
    package func release() {
        descriptor.withLock { descriptor in
            if let descriptor {
                // Closing alone would leave it with a child that is just being started and has not shed our files yet.
                flock(descriptor, LOCK_UN)
                close(descriptor)
            }
            descriptor = nil
        }
    }

    /// Who holds the lock now; nil when nobody does, or when it cannot be told.
    package static func holder(of directory: DataDirectory) -> WriterLockHolder? {
        guard let data = try? Data(contentsOf: directory.writerLock), data.count <= 4096,
            let note = WriterLockHolder(note: String(decoding: data, as: UTF8.self))
        else { return nil }
        return note.isRunning ? note : nil
    }

    /// Nil: somebody else has it.
    private static func attempt(_ directory: DataDirectory) throws(WriterLockError) -> Int32? {
        let path = directory.writerLock.path
        while true {
            let descriptor: Int32
            do throws(SystemError) {
                descriptor = try FileSystem.openPrivate(path)
            } catch {
                throw .cannotOpen(path: path, reason: error.description)
            }
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
                let error = SystemError.last
                close(descriptor)
                if error.code == EWOULDBLOCK { return nil }
                if error.code == EINTR { continue }
                throw .cannotOpen(path: path, reason: error.description)
            }
            // Somebody may have removed the file between the two calls: a lock on a nameless file protects nothing.
            var locked = stat()
            if fstat(descriptor, &locked) == 0, let named = try? FileSystem.information(path, followingLinks: false),
                named.st_ino == locked.st_ino, named.st_dev == locked.st_dev
            {
                return descriptor
            }
            close(descriptor)
        }
    }

    /// The note is a courtesy: on a full disk the lock holds without it.
    private static func write(_ holder: WriterLockHolder, to descriptor: Int32) {
        let bytes = Array(holder.note.utf8)
        if pwrite(descriptor, bytes, bytes.count, 0) == bytes.count {
            ftruncate(descriptor, off_t(bytes.count))
        }
    }
}

/// Why the right to write could not be had.
package enum WriterLockError: Error, Equatable, CustomStringConvertible {
    case held(by: WriterLockHolder?, path: String)
    case cannotOpen(path: String, reason: String)

    package var description: String {
        switch self {
        case .held(let holder?, _):
            "The memories are in use by \(holder). Only one program may write at a time: end that one, then try again."
        case .held(nil, let path):
            "The memories are in use by another program, which holds '\(path)'. Only one may write at a time: end that one ('fuser \(path)' names it), then try again."
        case .cannotOpen(let path, let reason):
            "The lock file '\(path)' cannot be used: \(reason). Check who owns the data directory and whether its disk is full."
        }
    }
}
