import Foundation
import Networking

/// The folders in which models are installed. What is in an earlier one is preferred.
package struct ModelStore: Sendable, Hashable {
    package let folders: [URL]

    package init(folders: [URL]) {
        self.folders = folders
    }

    /// A package that is there. It may still be damaged: see ``InstalledModel/damage()``.
    package func find(_ package: ModelPackage) -> InstalledModel? {
        folders.lazy.compactMap { InstalledModel(package.name, in: $0) }.first
    }

    /// Everything that is there, in the order of the catalogue; what is unknown to it comes last.
    package func all() -> [InstalledModel] {
        var seen: Set<String> = []
        let found = folders.flatMap { folder in
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
            return names.sorted().compactMap { InstalledModel($0, in: folder) }
        }.filter { seen.insert($0.name).inserted }
        let order = ModelCatalogue.all.map(\.name)
        return found.sorted {
            (order.firstIndex(of: $0.name) ?? order.count, $0.name) < (order.firstIndex(of: $1.name) ?? order.count, $1.name)
        }
    }

    /// The package's folder for those who use it: whole, of the pinned version, every file what it was when it was installed.
    package func use(_ package: ModelPackage) throws(RecognitionError) -> InstalledModel {
        guard let model = find(package) else { throw .notInstalled(package: package.name) }
        guard model.version == package.version else {
            throw .broken(package: package.name, reason: "version \(package.version) is needed, \(model.version) is installed")
        }
        if let damage = model.damage().first { throw .broken(package: package.name, reason: damage.description) }
        return model
    }
}

/// An installed package.
package struct InstalledModel: Sendable, Hashable {
    package let folder: URL
    private let receipt: ModelReceipt

    package var name: String { receipt.name }
    package var version: String { receipt.version }
    /// Bytes on the disk.
    package var size: Int { receipt.size }

    init?(_ name: String, in folder: URL) {
        guard !name.hasPrefix(".") else { return nil }
        self.folder = folder.appending(path: name, directoryHint: .isDirectory)
        let file = self.folder.appending(path: ModelReceipt.fileName)
        guard let data = try? Data(contentsOf: file), let receipt = try? JSONDecoder().decode(ModelReceipt.self, from: data),
            receipt.name == name
        else { return nil }
        self.receipt = receipt
    }

    package func path(_ file: String) -> String { folder.appending(path: file).path }

    /// The names of its files that end in `suffix`.
    package func files(endingIn suffix: String) -> [String] {
        receipt.files.map(\.path).filter { $0.hasSuffix(suffix) }
    }

    /// What is not as it was installed. Reads every byte.
    package func damage() -> [ModelDamage] {
        receipt.files.compactMap { file in
            guard ModelReceipt.isInside(file.path) else { return ModelDamage(path: file.path, kind: .changed) }
            let path = path(file.path)
            guard let sum = FileSum(path: path) else { return ModelDamage(path: path, kind: .missing) }
            guard sum.size == file.size, sum.sha256 == file.sha256 else { return ModelDamage(path: path, kind: .changed) }
            return nil
        }
    }
}

/// A file that is not what was installed.
package struct ModelDamage: Sendable, Hashable, CustomStringConvertible {
    package enum Kind: String, Sendable {
        case missing
        case changed
    }

    package let path: String
    package let kind: Kind

    package var description: String {
        switch kind {
        case .missing: "\(path) is missing or cannot be read"
        case .changed: "\(path) was changed: its SHA-256 differs"
        }
    }
}

/// Size and digest of a file.
struct FileSum: Sendable, Hashable {
    let size: Int
    let sha256: String

    /// `nil` when the file cannot be read to its end.
    init?(path: String) {
        guard let handle = FileHandle(forReadingAtPath: path) else { return nil }
        defer { try? handle.close() }
        let digest = StreamingSHA256()
        var size = 0
        do {
            while let piece = try handle.read(upToCount: 1 << 20), !piece.isEmpty {
                digest.update(piece)
                size += piece.count
            }
        } catch {
            return nil
        }
        (self.size, sha256) = (size, digest.finish())
    }
}
