import Foundation
import Synchronization

/// A PulseAudio server of the test's own, with a loudspeaker and a room that are not there. What is played into the loudspeaker
/// can be heard at its monitor; what somebody says in the room is heard by the microphone. Nothing of it is known outside the
/// environment that it gives.
///
/// ALSA's names of the devices: `speaker`, `mic`, `loop`, a microphone that hears only the loudspeaker, and `fragile`, the
/// loudspeaker by a driver that stands still when it runs out of sound, as a sound card does.
package final class SoundServer: Sendable {
    private struct Processes {
        var server: ChildProcess
        var keepers: [ChildProcess]
    }

    private let folder: TemporaryDirectory
    private let processes: Mutex<Processes>

    /// Starts the server and waits until it serves.
    package init() async throws {
        folder = try TemporaryDirectory()
        try """
        load-module module-native-protocol-unix auth-anonymous=1 socket=\(folder.file("pulse.sock").path)
        load-module module-null-sink sink_name=speaker rate=48000 channels=2
        load-module module-null-sink sink_name=room rate=48000 channels=1
        load-module module-remap-source master=room.monitor source_name=mic
        set-default-sink speaker
        set-default-source mic

        """.write(to: folder.file("pulse.pa"), atomically: true, encoding: .utf8)
        try """
        </usr/share/alsa/alsa.conf>
        pcm.speaker { type pulse device "speaker" hint { show on description "A loudspeaker" } }
        pcm.mic { type pulse device "mic" hint { show on description "A microphone" } }
        pcm.fragile { type pulse device "speaker" handle_underrun 1 }
        pcm.loop { type pulse device "speaker.monitor" }

        """.write(to: folder.file("asound.conf"), atomically: true, encoding: .utf8)
        processes = Mutex(try await Self.begin(folder))
        try await Self.waitForSound(folder)
    }

    deinit {
        end()
    }

    /// What a program needs to know to find the server.
    package var environment: [String: String] { Self.environment(folder) }

    /// Kills the server, as it would be by a crash.
    package func end() {
        processes.withLock { processes in
            for keeper in processes.keepers { keeper.send(signal: SIGKILL) }
            processes.server.send(signal: SIGKILL)
        }
    }

    /// Starts the server again after ``end()``, at the same place.
    package func restart() async throws {
        _ = await processes.withLock({ $0.server }).ended()
        let new = try await Self.begin(folder)
        processes.withLock { $0 = new }
    }

    /// Asks the server for something, in the words of `pactl`; returns what it says.
    @discardableResult
    package func ask(_ words: String...) async throws -> String {
        let ended = try await Self.start(["pactl"] + words, folder).ended()
        guard ended.status == 0 else { throw PeerError(description: "pactl \(words): \(ended.errors)") }
        return ended.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Plays samples (one channel, 48 kHz) into the room, so many times after each other. It has begun when this returns, and ends
    /// with the server if not before.
    package func speak(_ samples: [Int16], times: Int = 1, into sink: String = "room") async throws -> ChildProcess {
        let file = folder.file("\(UUID()).raw")
        let once = samples.withUnsafeBytes { Data($0) }
        try (0..<times).reduce(into: Data()) { all, _ in all += once }.write(to: file)
        let speaker = try Self.start(
            [
                "sh", "-c",
                "exec pacat -v --latency-msec=40 -d \(sink) --raw --rate=48000 --channels=1 --format=s16le < \"$0\"", file.path,
            ], folder)
        processes.withLock { $0.keepers.append(speaker) }
        guard await speaker.errors(contain: "Stream successfully created") else {
            throw PeerError(description: "pacat did not start: \(speaker.errorsSoFar)")
        }
        return speaker
    }

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

    /// Adds a microphone `guarded` that refuses to be opened while its door is shut; for programs that are started from now on.
    package func addGuardedMicrophone() async throws -> SoundDoor {
        let door = SoundDoor(file: folder.file("door"))
        let plugin = folder.file("door_pcm.so")
        let source = CloudStack.root.appending(path: "Tests/Support/Peers/door_pcm.c")
        let compiled = try await ChildProcess.run(
            URL(filePath: "/usr/bin/env"), ["cc", "-shared", "-fPIC", "-DPIC", "-o", plugin.path, source.path])
        guard compiled.status == 0 else { throw PeerError(description: "cc \(source.path): \(compiled.errors)") }
        let configuration = folder.file("asound.conf")
        let more = """
            pcm_type.door { lib "\(plugin.path)" }
            pcm.guarded { type door file "\(door.file.path)" device "mic" }

            """
        try (String(contentsOf: configuration, encoding: .utf8) + more)
            .write(to: configuration, atomically: true, encoding: .utf8)
        return door
    }

    private static func begin(_ folder: TemporaryDirectory) async throws -> Processes {
        let server = try start(
            [
                "pulseaudio", "-n", "-F", folder.file("pulse.pa").path, "--daemonize=no", "--use-pid-file=no",
                "--exit-idle-time=-1", "--disallow-exit", "--log-target=stderr", "--log-level=info",
            ], folder)
        guard await server.errors(contain: "Daemon startup complete") else {
            throw PeerError(description: "pulseaudio did not start: \(server.errorsSoFar)")
        }
        // Without anybody playing, a sink works in blocks of two seconds.
        let keepers = try ["speaker", "room"].map { sink in
            try start(
                [
                    "sh", "-c",
                    "exec pacat -v --latency-msec=40 -d \(sink) --raw --rate=48000 --channels=2 --format=s16le </dev/zero",
                ], folder)
        }
        for keeper in keepers {
            guard await keeper.errors(contain: "Stream successfully created") else {
                throw PeerError(description: "pacat did not start: \(keeper.errorsSoFar)")
            }
        }
        return Processes(server: server, keepers: keepers)
    }

    /// Blocks that were begun before anybody played are heard first: until they are over, microphones hear nothing. Half a second of
    /// what comes then shows that they hear.
    private static func waitForSound(_ folder: TemporaryDirectory) async throws {
        for source in ["mic", "speaker.monitor"] {
            let heard = try await start(
                [
                    "sh", "-c",
                    "parec --latency-msec=20 -d \(source) --raw --rate=8000 --channels=1 --format=s16le | head -c 8000 >/dev/null",
                ], folder
            ).ended()
            guard heard.status == 0 else { throw PeerError(description: "parec \(source): \(heard.errors)") }
        }
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
