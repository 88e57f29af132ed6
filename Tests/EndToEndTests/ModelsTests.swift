import Foundation
import TestSupport
import Testing

/// `models` from a clean machine: over a network, without one, and with what was kept.
@Suite(.timeLimit(.minutes(5))) struct ModelsTests {
    /// Where `make test` kept the archives.
    private static let archives = SpeechModels.folder.appending(path: ".archives")

    @Test("installs over the network with pip's own settings, and again without any, from what was kept and from a folder")
    func install() async throws {
        _ = try SpeechModels.ready()
        let home = try Home()
        let index = try PackageIndex(in: home.folder, of: ["sherpa-onnx-core", "silero-vad"], from: Self.archives)
        let port = try await index.port()
        let online = ["PIP_INDEX_URL": "http://127.0.0.1:\(port)/simple/"]
        let first = try await home.start("models", "install", "silero-vad", environment: online).ended()
        #expect(first.status == 0, "\(first.errors)")
        #expect(first.output.contains("sherpa-onnx 2.0.1 installed") && first.output.contains("(MIT)"))
        #expect(try await home.command("models", "verify").output == "sherpa-onnx 2.0.1: whole\nsilero-vad 6.2.3: whole\n")

        let offline = ["PIP_INDEX_URL": "http://127.0.0.1:9/simple/", "PIP_RETRIES": "0"]
        let again = try await home.start("models", "install", "--again", "silero-vad", environment: offline).ended()
        #expect(again.status == 0 && !again.errors.contains("fetching"), "\(again.errors)")
        #expect(try await home.command("models", "remove", "sherpa-onnx").errors.contains("needed by silero-vad"))
        let removed = try await home.command("models", "remove", "--archives", "silero-vad", "sherpa-onnx")
        #expect(removed.status == 0 && removed.output.contains("22 MB of archives deleted"), "\(removed.output)")

        let unreachable = try await home.start("models", "install", "silero-vad", environment: offline).ended()
        #expect(unreachable.status == 75 && unreachable.errors.contains("--from"), "\(unreachable.errors)")
        #expect(try await home.command("models", "verify").status == 1)

        let folder = try await home.start(
            "models", "install", "silero-vad", "--from", Self.archives.path, environment: offline
        ).ended()
        #expect(folder.status == 0, "\(folder.errors)")
        let left = try FileManager.default.contentsOfDirectory(atPath: home.data.appending(path: "models").path)
        #expect(Set(left) == [".lock", "sherpa-onnx", "silero-vad"], "nothing half, and nothing that was not asked for")
    }

    @Test("a flipped byte is caught, the file named, and the repair works")
    func flipped() async throws {
        _ = try SpeechModels.ready()
        let home = try Home()
        #expect(try await home.command("models", "install", "sherpa-onnx", "--from", Self.archives.path).status == 0)
        let file = home.data.appending(path: "models/sherpa-onnx/libonnxruntime.so")
        let handle = try FileHandle(forUpdating: file)
        try handle.seek(toOffset: 12_345_678)
        let byte = try #require(try handle.read(upToCount: 1)?.first)
        try handle.seek(toOffset: 12_345_678)
        try handle.write(contentsOf: Data([byte ^ 4]))
        try handle.close()

        let verified = try await home.command("models", "verify")
        #expect(verified.status == 1 && verified.output.contains(file.path) && verified.output.contains("SHA-256 differs"))
        #expect(verified.errors.contains("models install --again sherpa-onnx"))
        let repaired = try await home.command("models", "install", "--again", "sherpa-onnx", "--from", Self.archives.path)
        #expect(repaired.status == 0)
        #expect(try await home.command("models", "verify").status == 0)
    }

    @Test("wrong names, a damaged archive and a folder that may not be written are refused with what to do")
    func refused() async throws {
        let home = try Home()
        let unknown = try await home.command("models", "install", "nosuch")
        #expect(unknown.status == 64 && unknown.errors.contains("models list"))
        #expect(try await home.command("models", "remove").status == 64)
        #expect(try await home.command("models", "remove", "silero-vad").status == 1)

        let wheels = home.folder.file("wheels")
        try FileManager.default.createDirectory(at: wheels, withIntermediateDirectories: true)
        let missing = try await home.command("models", "install", "silero-vad", "--from", wheels.path)
        #expect(missing.status == 66 && missing.errors.contains("models list --archives"))
        for name in try FileManager.default.contentsOfDirectory(atPath: Self.archives.path) where name.hasPrefix("s") {
            try Data("not a wheel".utf8).write(to: wheels.appending(path: name))
        }
        let damaged = try await home.command("models", "install", "silero-vad", "--from", wheels.path)
        #expect(damaged.status == 65 && damaged.errors.contains("SHA-256"))

        let listed = try await home.command("models", "list", "--json")
        struct Listed: Decodable {
            let name: String
            let installed: Bool
        }
        let models = try JSONDecoder().decode([Listed].self, from: Data(listed.output.utf8))
        #expect(models.count == 8 && models.allSatisfy { !$0.installed })
        #expect(try await home.command("models", "list", "--archives").output.contains("silero_vad-6.2.3-py3-none-any.whl"))
    }

    @Test("an installed language model is served until SIGTERM, says where and when it is ready, and answers the companion")
    func serve() async throws {
        var home = try Home()
        home.settings = ["COMPANION_MODELS_DIR": SpeechModels.folder.path]
        let notices = home.folder.file("notify").path
        let systemd = try DatagramListener(path: notices)
        let server = try home.start("models", "serve", "--port", "0", environment: ["NOTIFY_SOCKET": notices])
        let line = try #require(await server.outputLines(atLeast: 1).first)
        let address = try #require(line.wholeMatch(of: /smollm2-135m at (http:\/\/127\.0\.0\.1:\d+\/v1)/)?.1, "\(line)")
        systemd.follow(server)
        #expect(try await systemd.next() == "READY=1")
        home.settings["COMPANION_MODEL_SERVER"] = String(address)
        let doctor = try await home.command("doctor")
        #expect(doctor.output.contains("local server: smollm2-135m at 127.0.0.1:"), "\(doctor.output)")
        server.send(signal: SIGTERM)
        #expect(await server.ended().status == 128 + SIGTERM)
        #expect(try await home.command("models", "verify", "llama-server").status == 0, "it leaves nothing beside its files")
    }

    @Test("a model server that cannot be says what is missing or wrong")
    func notServed() async throws {
        var home = try Home()
        let bare = try await home.command("models", "serve")
        #expect(bare.status == 69 && bare.errors.contains("models install llama-server"), "\(bare)")
        #expect(try await home.command("models", "serve", "--port", "70000").status == 64)
        home.settings = ["COMPANION_MODELS_DIR": SpeechModels.folder.path]
        #expect(try await home.command("models", "serve", "nosuch").status == 64)
        let absent = try await home.command("models", "serve", "absent.gguf")
        #expect(absent.status == 66 && absent.errors.contains("absent.gguf is not in \(home.folder.url.path)"), "\(absent)")
        try Data("no model".utf8).write(to: home.folder.file("broken.gguf"))
        let broken = try await home.command("models", "serve", "--port", "0", "broken.gguf")
        #expect(broken.status == 1 && broken.errors.contains("could not be started with"), "\(broken)")
    }
}

/// A package index on this machine, as pip sees one: a folder for each project.
private final class PackageIndex: Sendable {
    private let server: ChildProcess

    init(in folder: TemporaryDirectory, of projects: [String], from archives: URL) throws {
        for project in projects {
            let place = folder.file("index/simple/\(project)")
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
            let start = project.replacingOccurrences(of: "-", with: "_")
            for name in try FileManager.default.contentsOfDirectory(atPath: archives.path) where name.hasPrefix(start) {
                try FileManager.default.createSymbolicLink(
                    at: place.appending(path: name), withDestinationURL: archives.appending(path: name))
            }
        }
        server = try ChildProcess(
            URL(filePath: "/usr/bin/env"),
            ["python3", "-u", "-m", "http.server", "--bind", "127.0.0.1", "--directory", folder.file("index").path, "0"])
    }

    deinit {
        server.send(signal: SIGTERM)
    }

    /// "Serving HTTP on 127.0.0.1 port 39557 (…"
    func port() async throws -> Int {
        let words = (await server.outputLines(atLeast: 1).first ?? "").split(separator: " ")
        return try #require(words.firstIndex(of: "port").flatMap { Int(words[$0 + 1]) })
    }
}
