import ArgumentParser
import CompanionServices
import Foundation

struct ModelsRemove: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Remove models.",
        discussion: """
            EXAMPLES:
              companion-edge models remove piper-joe
              companion-edge models remove --archives     what was kept for installing again
            """)
    static let place = CommandPlace.here

    @Argument(help: "Names of 'models list'.")
    var names: [String] = []

    @Flag(help: "Delete the archives that were kept.")
    var archives = false

    @Flag(help: "Remove from the folder beside the program, for everybody.")
    var system = false

    @OptionGroup var shared: SharedOptions

    mutating func validate() throws {
        if names.isEmpty, !archives { throw ValidationError("Name what to remove; 'models list' shows what is there.") }
    }

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        let packages = try names.map { name in
            guard let package = ModelCatalogue.named(name) else { throw ModelError.unknown(name) }
            return package
        }
        let folder = try ModelsFolder.forWriting(system: system, context)
        let installer = ModelInstaller(folder: folder, isShared: system)
        // What needs others goes before them.
        let order = ModelCatalogue.all.map(\.name)
        var status = ExitStatus.ok
        for package in packages.sorted(by: { order.firstIndex(of: $0.name) ?? 0 > order.firstIndex(of: $1.name) ?? 0 }) {
            guard ModelStore(folders: [folder]).find(package) != nil else {
                try await context.warn("'\(package.name)' is not installed in \(folder.path).")
                status = .failure
                continue
            }
            try installer.remove(package)
            try await context.output.writeLine("\(package.name) removed")
        }
        if archives {
            let bytes = try installer.removeArchives()
            try await context.output.writeLine("\(bytes.megabytes) of archives deleted")
        }
        return status
    }
}
