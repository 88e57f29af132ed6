import Foundation
import LocalStore
import TestSupport
import Testing

/// LiveKit's library is not there, not the one that was installed, or fails: the programs say so and end.
@Suite(.serialized, .timeLimit(.minutes(5))) struct LiveKitLibraryTests {
    enum Fault: CaseIterable {
        case missing, otherVersion, flippedByte

        /// What is said of it.
        var words: String {
            switch self {
            case .missing: "LiveKit's library is not installed"
            case .otherVersion: "is needed, and 0.9.0 is installed"
            case .flippedByte: "was changed: its SHA-256 differs"
            }
        }

        /// What is to be done.
        var advice: String {
            switch self {
            case .missing, .otherVersion: "models install livekit"
            case .flippedByte: "models install --again livekit"
            }
        }
    }

    private static let join = ["join", "--microphone", "null", "--loudspeaker", "null"]

    @Test(
        "a library that is missing, of another version or damaged is said to be so by agent, join and doctor",
        arguments: Fault.allCases)
    func faults(fault: Fault) async throws {
        let home = try Home()
        let models = try Models(at: home)
        switch fault {
        case .missing: try FileManager.default.removeItem(at: models.livekit)
        case .otherVersion: try models.changeReceipt { $0["version"] = "0.9.0" }
        case .flippedByte:
            let file = try FileHandle(forUpdating: models.library)
            try file.seek(toOffset: 14_000_000)
            let byte = try #require(try file.read(upToCount: 1)?.first)
            try file.seek(toOffset: 14_000_000)
            try file.write(contentsOf: Data([byte ^ 1]))
            try file.close()
        }
        let environment = try models.environment(RoomServer.nowhere)
        #expect(try await home.command("users", "add", "Amina").status == 0)
        for command in [["agent"], Self.join] {
            let end = try await home.start(command, environment: environment).ended()
            #expect(end.status == 69, "\(command): \(end.errors)")
            #expect(end.errors.contains(fault.words) && end.errors.contains(fault.advice), "\(command): \(end.errors)")
        }
        let doctor = try await home.start("doctor", "--offline", environment: environment).ended()
        let words = fault == .otherVersion ? "is version 0.9.0, and" : fault.words
        #expect(doctor.output.contains(words) && doctor.output.contains(fault.advice), "\(doctor.output)")
        #expect(!doctor.output.contains("LiveKit's library is there"), "\(doctor.output)")
        // Nothing else needs it.
        #expect(try await home.command("chat", "Hello.").status == 0)
    }

    @Test("a library that meets a fault of its own ends the command, with its words and with what to do")
    func panic() async throws {
        let home = try Home()
        let models = try Models(at: home)
        try await models.putFailingLibrary()
        let environment = try models.environment(RoomServer.nowhere)
        #expect(try await home.command("users", "add", "Amina").status == 0)
        for command in [["agent"], Self.join] {
            let end = try await home.start(command, environment: environment).ended()
            #expect(end.status == 70, "\(command): \(end.errors)")
            #expect(end.errors.contains("index out of bounds: the len is 1 but the index is 1"), "\(command): \(end.errors)")
            #expect(end.errors.contains("Start the program again"), "\(command): \(end.errors)")
        }
        #expect(try await home.command("chat", "Hello.").status == 0)
    }

    /// The models of the tests, with a library of LiveKit's that may be changed.
    private struct Models {
        let folder: URL
        var livekit: URL { folder.appending(path: "livekit", directoryHint: .isDirectory) }
        var library: URL { livekit.appending(path: "liblivekit_ffi.so") }
        private var receipt: URL { livekit.appending(path: "receipt.json") }

        init(at home: Home) throws {
            let models = try SpeechModels.ready()
            folder = home.folder.file("models")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            for name in ["sherpa-onnx", "silero-vad", "moonshine-base-en"] {
                try FileManager.default.createSymbolicLink(
                    at: folder.appending(path: name), withDestinationURL: models.appending(path: name))
            }
            try FileManager.default.copyItem(at: models.appending(path: "livekit"), to: livekit)
        }

        func environment(_ address: String) throws -> [String: String] {
            [
                "COMPANION_MODELS_DIR": folder.path, "COMPANION_SPEAKING_VOICE": SpokenConversation.voices.companion,
                "LIVEKIT_URL": address, "LIVEKIT_API_KEY": RoomServer.key, "LIVEKIT_API_SECRET": RoomServer.secret,
                "LIVEKIT_ROOM": "home",
            ]
        }

        func changeReceipt(_ change: (inout [String: JSONValue]) -> Void) throws {
            let text = String(decoding: try Data(contentsOf: receipt), as: UTF8.self)
            var facts = try #require(try JSONValue(parsing: text).objectValue)
            change(&facts)
            try Data(JSONValue.object(facts).text.utf8).write(to: receipt)
        }

        /// One that fails as soon as a voice is published, as if it had been installed.
        func putFailingLibrary() async throws {
            let source = CloudStack.root.appending(path: "Tests/Support/Peers/failing_livekit.c")
            try FileManager.default.removeItem(at: library)
            let compiled = try await ChildProcess.run(
                URL(filePath: "/usr/bin/env"), ["cc", "-shared", "-fPIC", "-o", library.path, source.path, "-lpthread"])
            guard compiled.status == 0 else { throw PeerError(description: "cc \(source.path): \(compiled.errors)") }
            let sum = try await ChildProcess.run(URL(filePath: "/usr/bin/env"), ["sha256sum", library.path])
            let size = try #require(try FileManager.default.attributesOfItem(atPath: library.path)[.size] as? Int)
            let file: JSONValue = [
                "path": "liblivekit_ffi.so", "size": .int(Int64(size)), "sha256": .string(String(sum.output.prefix(64))),
            ]
            try changeReceipt { $0["files"] = .array([file]) }
        }
    }
}
