import Foundation
import Glibc
import LocalStore
import TestSupport
import Testing

@Suite struct DataDirectoryTests {
    let temporary: TemporaryDirectory

    init() throws {
        temporary = try TemporaryDirectory()
    }

    private func mode(_ url: URL) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: url.path)[.posixPermissions] as? Int
    }

    private func refusal(of url: URL) -> DataDirectoryError? {
        do throws(DataDirectoryError) {
            _ = try DataDirectory(root: url)
            return nil
        } catch {
            return error
        }
    }

    @Test("a new directory is made with its parents, for its owner only")
    func creation() throws {
        let directory = try DataDirectory(root: temporary.url.appending(path: "a/b/companion"))
        for url in [directory.root, directory.people, directory.backups] {
            #expect(try mode(url) == 0o700)
        }
        let id = try UserID("7f9c24e8-3b12-4fef-91e0-aa10b2c3d4e5")
        #expect(directory.personStore(id).path.hasSuffix("/a/b/companion/people/7f9c24e8-3b12-4fef-91e0-aa10b2c3d4e5.sqlite"))
        #expect(try DataDirectory(root: directory.root) == directory)
    }

    @Test("a directory of ours that was opened to others is closed again; a folder with other things keeps its mode")
    func modes() throws {
        let directory = try DataDirectory(root: temporary.file("ours"))
        chmod(directory.root.path, 0o755)
        chmod(directory.people.path, 0o755)
        _ = try DataDirectory(root: directory.root)
        #expect(try mode(directory.root) == 0o700)
        #expect(try mode(directory.people) == 0o700)

        let home = temporary.file("home")
        try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
        try Data("x".utf8).write(to: home.appending(path: "letter.txt"))
        chmod(home.path, 0o755)
        let inHome = try DataDirectory(root: home)
        #expect(try mode(home) == 0o755)
        #expect(try mode(inHome.people) == 0o700)
    }

    @Test("a folder with other things where others may write is refused")
    func openToOthers() throws {
        let shared = temporary.file("shared")
        try FileManager.default.createDirectory(at: shared, withIntermediateDirectories: true)
        try Data("x".utf8).write(to: shared.appending(path: "letter.txt"))
        chmod(shared.path, 0o1777)
        #expect(refusal(of: shared) == .openToOthers(path: shared.path))
    }

    @Test("files in the way and links that lead nowhere are named")
    func oddities() throws {
        let file = temporary.file("file")
        try Data().write(to: file)
        #expect(refusal(of: file) == .notADirectory(path: file.path))
        let below = file.appending(path: "sub")
        #expect(refusal(of: below) == .notADirectory(path: below.path))

        let dangling = temporary.file("dangling")
        try FileManager.default.createSymbolicLink(atPath: dangling.path, withDestinationPath: "/nowhere/at/all")
        #expect(refusal(of: dangling) == .danglingLink(path: dangling.path, target: "/nowhere/at/all"))

        let loop = temporary.file("loop")
        try FileManager.default.createSymbolicLink(atPath: loop.path, withDestinationPath: loop.path)
        #expect(refusal(of: loop) == .linkLoop(path: loop.path))

        let long = temporary.url.appending(path: String(repeating: "n", count: 300))
        #expect(refusal(of: long)?.description.contains("too long") == true)

        let real = temporary.file("real")
        try FileManager.default.createDirectory(at: real, withIntermediateDirectories: true)
        let link = temporary.file("link")
        try FileManager.default.createSymbolicLink(at: link, withDestinationURL: real)
        #expect(throws: Never.self) { try DataDirectory(root: link) }
        #expect(FileManager.default.fileExists(atPath: real.appending(path: "people").path))
    }

    @Test(
        "somebody else's folder is refused with the command that works",
        .enabled(if: geteuid() == 0, "only root can give a folder away"))
    func wrongOwner() throws {
        let foreign = temporary.file("foreign")
        try FileManager.default.createDirectory(at: foreign, withIntermediateDirectories: true)
        chown(foreign.path, 65534, 65534)
        let error = try #require(refusal(of: foreign))
        guard case .wrongOwner(foreign.path, let owner, _) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(error.description.contains("sudo -u \(owner) companion-edge"))
    }

    @Test("a folder that cannot be written is refused", .enabled(if: geteuid() != 0, "root may write anywhere"))
    func notWritable() throws {
        let closed = temporary.file("closed")
        try FileManager.default.createDirectory(at: closed, withIntermediateDirectories: true)
        chmod(closed.path, 0o500)
        defer { chmod(closed.path, 0o700) }
        guard case .notWritable? = refusal(of: closed) else {
            Issue.record("expected a refusal")
            return
        }
        guard case .notWritable? = refusal(of: closed.appending(path: "below")) else {
            Issue.record("expected a refusal")
            return
        }
    }

    @Test(
        "a file system that is read-only or full is named as such",
        .enabled(if: SmallFileSystem.isPossible, "\(SmallFileSystem.requirement)"))
    func readOnlyAndFull() throws {
        let readOnly = try SmallFileSystem(bytes: 1 << 20)
        try readOnly.makeReadOnly()
        #expect(refusal(of: readOnly.url) == .readOnlyFileSystem(path: readOnly.url.path))
        let below = readOnly.url.appending(path: "data")
        #expect(refusal(of: below) == .readOnlyFileSystem(path: below.path))

        let full = try SmallFileSystem(bytes: 1 << 20, files: 2)
        #expect(refusal(of: full.url.appending(path: "data")) == .diskFull(path: full.url.appending(path: "data/people").path))
    }

    @Test("a path too long for the daemon's socket is told before anything listens, and stops nothing else")
    func socketPath() throws {
        let short = try DataDirectory(root: temporary.file("short"))
        #expect(throws: Never.self) { try short.checkControlSocket() }
        let long = try DataDirectory(root: temporary.file(String(repeating: "n", count: 100)))
        #expect(
            throws: DataDirectoryError.socketPathTooLong(path: long.controlSocket.path, bytes: long.controlSocket.path.utf8.count)
        ) {
            try long.checkControlSocket()
        }
    }

    @Test("only files named after a person are people")
    func storedPeople() throws {
        let directory = try DataDirectory(root: temporary.file("d"))
        let ids = [UserID.random(), UserID.random()].sorted { $0.text < $1.text }
        for name in ids.map({ "\($0).sqlite" }) + ["\(ids[0]).sqlite-wal", "notes.txt", "\(ids[0]).sqlite.before-restore-2026"] {
            try Data().write(to: directory.people.appending(path: name))
        }
        #expect(try directory.storedPeople() == ids)
    }
}
