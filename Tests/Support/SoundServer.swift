import Foundation

/// A PulseAudio server of the test's own with a loudspeaker that is not there: what is played into it can be heard at its
/// monitor. Nothing of it is known outside the environment that it gives.
package final class SoundServer: Sendable {
    private let folder: TemporaryDirectory
    private let server: ChildProcess
    private let keeper: ChildProcess

    /// Starts the server and waits until it serves.
    package init() async throws {
        folder = try TemporaryDirectory()
        let socket = folder.file("pulse.sock").path
        try """
        load-module module-native-protocol-unix auth-anonymous=1 socket=\(socket)
        load-module module-null-sink sink_name=speaker rate=48000 channels=2
        set-default-sink speaker

        """.write(to: folder.file("pulse.pa"), atomically: true, encoding: .utf8)
        try """
        </usr/share/alsa/alsa.conf>
        pcm.speaker { type pulse device "speaker" hint { show on description "A loudspeaker" } }

        """.write(to: folder.file("asound.conf"), atomically: true, encoding: .utf8)
        server = try Self.start(
            [
                "pulseaudio", "-n", "-F", folder.file("pulse.pa").path, "--daemonize=no", "--use-pid-file=no",
                "--exit-idle-time=-1",
                "--disallow-exit", "--log-target=stderr", "--log-level=info",
            ], folder)
        guard await server.errors(contain: "Daemon startup complete") else {
            throw PeerError(description: "pulseaudio did not start: \(server.errorsSoFar)")
        }
        // Without anybody playing, the sink works in blocks of two seconds.
        keeper = try Self.start(
            ["sh", "-c", "exec pacat --latency-msec=40 -d speaker --raw --rate=48000 --channels=2 --format=s16le </dev/zero"],
            folder)
    }

    deinit {
        keeper.send(signal: SIGKILL)
        server.send(signal: SIGKILL)
    }

    /// What a program needs to know to find the server.
    package var environment: [String: String] { Self.environment(folder) }

    /// Records what is heard into `file` (16-bit, one channel, 48 kHz), from the time it returns until the process is ended.
    package func recording(to file: URL) async throws -> ChildProcess {
        let recorder = try Self.start(
            ["sh", "-c", "exec parec -v -d speaker.monitor --raw --rate=48000 --channels=1 --format=s16le > \"$0\"", file.path],
            folder)
        guard await recorder.errors(contain: "Stream successfully created") else {
            throw PeerError(description: "parec did not start: \(recorder.errorsSoFar)")
        }
        return recorder
    }

    private static func start(_ command: [String], _ folder: TemporaryDirectory) throws -> ChildProcess {
        try ChildProcess(URL(filePath: "/usr/bin/env"), command, environment: environment(folder))
    }

    private static func environment(_ folder: TemporaryDirectory) -> [String: String] {
        [
            "PULSE_SERVER": "unix:\(folder.file("pulse.sock").path)", "ALSA_CONFIG_PATH": folder.file("asound.conf").path,
            "XDG_RUNTIME_DIR": folder.url.path, "HOME": folder.url.path, "LC_ALL": "C.UTF-8",
        ]
    }
}
