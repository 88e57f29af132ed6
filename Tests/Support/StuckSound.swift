import Foundation

/// Makes the sound devices of a program keep it waiting (`Tests/Support/Peers/stuck_sound.c`).
package struct StuckSound: Sendable {
    private let library: URL
    private let file: URL

    /// - Parameter folder: where its files are.
    package init(in folder: TemporaryDirectory) async throws {
        library = folder.file("stuck_sound.so")
        file = folder.file("stuck")
        let source = CloudStack.root.appending(path: "Tests/Support/Peers/stuck_sound.c")
        let compiled = try await ChildProcess.run(
            URL(filePath: "/usr/bin/env"), ["cc", "-shared", "-fPIC", "-o", library.path, source.path])
        guard compiled.status == 0 else { throw PeerError(description: "cc \(source.path): \(compiled.errors)") }
    }

    /// What the program is to be started with.
    package var environment: [String: String] { ["LD_PRELOAD": library.path, "STUCK_SOUND": file.path] }

    /// From now on nobody comes back from a device.
    package func hold() throws {
        try Data().write(to: file)
    }

    /// Everybody comes back.
    package func release() throws {
        try FileManager.default.removeItem(at: file)
    }
}
