import Foundation
import TestSupport
import Testing

@testable import CompanionServices

@Suite(.timeLimit(.minutes(20))) struct ModelInstallerTests {
    @Test("a package is installed with exactly the files that are wanted, private, and with a receipt")
    func install() async throws {
        let house = try ModelHouse()
        let package = try await house.package(
            "voice", files: ["data/a.txt": "alpha", "data/deep/b.txt": "beta", "other.txt": "no"],
            members: [.init("data/", as: "inside/")])
        try await house.installer().install([package])

        #expect(try house.names() == ["voice"])
        let model = try #require(ModelStore(folders: [house.models]).find(package))
        #expect(model.version == "1" && model.size == 9 && model.damage().isEmpty)
        #expect(model.files(endingIn: ".txt") == ["inside/a.txt", "inside/deep/b.txt"])
        #expect(try String(contentsOfFile: model.path("inside/deep/b.txt"), encoding: .utf8) == "beta")
        let attributes = try FileManager.default.attributesOfItem(atPath: model.path("inside/a.txt"))
        #expect(attributes[.posixPermissions] as? Int == 0o600)
    }

    @Test("one flipped byte, a missing file and a longer one are found and named")
    func damage() async throws {
        let house = try ModelHouse()
        let package = try await house.package("voice", files: ["data/a": "alpha", "data/b": "beta", "data/c": "gamma"])
        try await house.installer().install([package])
        let store = ModelStore(folders: [house.models])
        let model = try #require(store.find(package))

        var bytes = try Data(contentsOf: URL(filePath: model.path("a")))
        bytes[2] ^= 1
        try bytes.write(to: URL(filePath: model.path("a")))
        try FileManager.default.removeItem(atPath: model.path("b"))
        try Data("gammas".utf8).write(to: URL(filePath: model.path("c")))
        #expect(
            Set(model.damage()) == [
                ModelDamage(path: model.path("a"), kind: .changed), ModelDamage(path: model.path("b"), kind: .missing),
                ModelDamage(path: model.path("c"), kind: .changed),
            ])
        #expect(throws: RecognitionError.self) { try store.use(package) }

        try await house.installer().install([package])
        #expect(!model.damage().isEmpty, "what has the right version is left alone")
        try await house.installer().install([package], again: true)
        #expect(model.damage().isEmpty)
        _ = try store.use(package)
    }

    @Test("an archive with other bytes, a missing one and a file that is not in it install nothing")
    func refused() async throws {
        let house = try ModelHouse()
        let wrong = try await house.package("wrong", sha256: String(repeating: "0", count: 64))
        await #expect(throws: ModelError.wrongContent(file: house.archives.appending(path: "wrong-1-py3-none-any.whl").path)) {
            try await house.installer().install([wrong])
        }
        let gone = try await house.package("gone")
        try FileManager.default.removeItem(at: house.archives.appending(path: "gone-1-py3-none-any.whl"))
        await #expect(throws: ModelError.notThere(file: "gone-1-py3-none-any.whl", folder: house.archives.path)) {
            try await house.installer().install([gone])
        }
        let lacking = try await house.package("lacking", members: [.init("data/a.txt", as: "a"), .init("nothing", as: "b")])
        await #expect {
            try await house.installer().install([lacking])
        } throws: { error in
            guard case ModelError.notPrepared("lacking", let reason) = error else { return false }
            return reason.contains("nothing")
        }
        #expect(try house.names() == [])
    }

    @Test("names that lead out of the folder are not written")
    func escaping() async throws {
        let house = try ModelHouse()
        let package = try await house.package("voice", files: ["data/../../../evil": "x", "data/good": "y"])
        try await house.installer().install([package])
        #expect(try house.names() == ["voice"])
        #expect(!FileManager.default.fileExists(atPath: house.folder.file("evil").path))
        #expect(ModelStore(folders: [house.models]).find(package)?.files(endingIn: "") == ["good"])
    }

    @Test("an installation that is interrupted leaves what was there before, and the next one cleans up")
    func interrupted() async throws {
        let house = try ModelHouse()
        let first = try await house.package("voice")
        try await house.installer().install([first])
        let second = try await house.package("voice", version: "2", files: ["data/new": "new"])
        struct Interruption: Error {}
        await #expect(throws: Interruption.self) {
            try await house.installer().install([second]) { step in
                if case .preparing = step { throw Interruption() }
            }
        }
        // As a crash leaves it.
        let left = house.models.appending(path: ".work-crashed")
        try FileManager.default.createDirectory(at: left, withIntermediateDirectories: true)
        #expect(ModelStore(folders: [house.models]).find(first)?.version == "1")

        let task = Task { try await house.installer().install([second]) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(ModelStore(folders: [house.models]).find(first)?.damage() == [])

        try await house.installer().install([second])
        #expect(try house.names() == ["voice"])
        let model = try #require(ModelStore(folders: [house.models]).find(second))
        #expect(model.version == "2" && model.files(endingIn: "") == ["new"])
    }

    @Test("a full disk is told before and during the work", .enabled(if: SmallFileSystem.isPossible))
    func full() async throws {
        let house = try ModelHouse()
        let disk = try SmallFileSystem(bytes: 20_000_000)
        let installer = ModelInstaller(folder: disk.file("models"), archives: house.archives)
        let huge = try await house.package("huge", installedSize: 10_000_000)
        await #expect(throws: ModelError.diskFull(folder: disk.file("models").path, needed: 26_000_000)) {
            try await installer.install([huge])
        }
        // It says that it is small, and is not.
        let liar = try await house.package("liar", files: ["data/a": String(repeating: "x", count: 30_000_000)])
        await #expect {
            try await installer.install([liar])
        } throws: { error in
            guard case ModelError.diskFull = error else { return false }
            return true
        }
        let left = try FileManager.default.contentsOfDirectory(atPath: disk.file("models").path).filter { $0 != ".lock" }
        #expect(left == [])
    }

    @Test("two commands do not work in one folder at once")
    func busy() async throws {
        let house = try ModelHouse()
        let package = try await house.package("voice")
        try await house.installer().install([package]) { _ in
            await #expect(throws: ModelError.busy(folder: house.models.path)) {
                try await house.installer().install([package], again: true)
            }
        }
    }

    @Test("what others need is not removed, what nobody needs is")
    func remove() async throws {
        let house = try ModelHouse()
        let engine = try await house.package(ModelCatalogue.sherpa.name)
        let voice = try await house.package(ModelCatalogue.silero.name)
        try await house.installer().install([engine, voice])
        #expect(throws: ModelError.needed("sherpa-onnx", by: ["silero-vad"])) { try house.installer().remove(engine) }
        try house.installer().remove(voice)
        try house.installer().remove(engine)
        #expect(try house.names() == [])
    }

    @Test("the catalogue is sound: unique names, whole digests, needs that exist and come first")
    func catalogue() throws {
        #expect(Set(ModelCatalogue.all.map(\.name)).count == ModelCatalogue.all.count)
        for package in ModelCatalogue.all {
            for source in package.sources {
                for archive in source.archives.values {
                    #expect(archive.sha256.count == 64 && archive.sha256.allSatisfy(\.isHexDigit) && archive.size > 0)
                    #expect(archive.file.contains(source.version))
                }
            }
            let resolved = try ModelCatalogue.resolve([package.name])
            #expect(
                resolved.last == package && package.needs.allSatisfy { need in resolved.dropLast().contains { $0.name == need } })
        }
        #expect(try ModelCatalogue.resolve(["speech"]).map(\.name) == ModelCatalogue.recommended.map(\.name))
        #expect(throws: ModelError.unknown("nosuch")) { try ModelCatalogue.resolve(["nosuch"]) }
    }
}
