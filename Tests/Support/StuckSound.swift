import Foundation
import Glibc

/// Makes the sound devices of a program keep it waiting (`Tests/Support/Peers/stuck_sound.c`).
package final class StuckSound: Sendable {
    private let library: URL
    private let file: URL
    /// Whoever calls ALSA waits while this one has the file locked.
    private let lock: Int32

    /// - Parameter folder: where its files are.
    package init(in folder: TemporaryDirectory) async throws {
        library = folder.file("stuck_sound.so")
        file = folder.file("stuck")
        lock = open(file.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lock >= 0 else { throw PeerError(description: "\(file.path): \(String(cString: strerror(errno)))") }
        let source = CloudStack.root.appending(path: "Tests/Support/Peers/stuck_sound.c")
        let compiled = try await ChildProcess.run(
            URL(filePath: "/usr/bin/env"), ["cc", "-shared", "-fPIC", "-o", library.path, source.path])
        guard compiled.status == 0 else { throw PeerError(description: "cc \(source.path): \(compiled.errors)") }
    }

    /// What the program is to be started with.
    package var environment: [String: String] { ["LD_PRELOAD": library.path, "STUCK_SOUND": file.path] }

    deinit {
        close(lock)
    }

    /// From now on nobody comes back from a device.
    package func hold() { flock(lock, LOCK_EX) }

    /// Everybody comes back.
    package func release() { flock(lock, LOCK_UN) }
}
