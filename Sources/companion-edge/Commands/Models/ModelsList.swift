import ArgumentParser
import CompanionServices
import Foundation

struct ModelsList: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the models that are installed, and those that could be.",
        discussion: """
            EXAMPLES:
              companion-edge models list
              companion-edge models list --archives    what to fetch for a machine without a network, with SHA-256
              companion-edge models list --json | jq -r '.[] | select(.installed) | .name'
            """)
    static let place = CommandPlace.here

    @Flag(help: "List the archives on PyPI that the packages come from.")
    var archives = false

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var shared: SharedOptions

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        let store = ModelStore(context.configuration, in: context.workingDirectory)
        let reports = ModelCatalogue.all.map { ModelReport($0, installed: store.find($0)) }
        if json {
            try await context.writeJSON(reports)
        } else if archives {
            var table = TextTable("MODEL", "PYPI", "FILE", "SHA-256")
            for report in reports {
                for archive in report.archives { table.add(report.name, archive.project, archive.file, archive.sha256) }
            }
            try await context.output.write(table.text(for: context.terminal))
        } else {
            var table = TextTable("MODEL", "VERSION", "HERE", "SIZE", "LICENCE", "WHAT IT IS FOR")
            for report in reports {
                table.add(report.name, report.version, report.state, report.size.megabytes, report.licence, report.gives)
            }
            try await context.output.write(table.text(for: context.terminal))
            let kept = ModelInstaller.keptBytes(in: store.folders[0])
            if kept > 0 {
                try await context.output.writeLine(
                    "\n\(kept.megabytes) of archives are kept for installing again; 'models remove --archives' deletes them.")
            }
        }
        return .ok
    }
}

/// One line of `models list`.
struct ModelReport: Encodable, Sendable {
    struct Archive: Encodable, Sendable {
        let project: String
        let version: String
        let file: String
        let sha256: String
        let size: Int
    }

    let name: String
    let version: String
    let installed: Bool
    let folder: String?
    /// Bytes: on the disk when it is installed, otherwise to be fetched.
    let size: Int
    let licence: String
    let licenceNote: String?
    let gives: String
    let needs: [String]
    let recommended: Bool
    let runsHere: Bool
    let archives: [Archive]

    let state: String

    init(_ package: ModelPackage, installed: InstalledModel?) {
        (name, version, gives, licence) = (package.name, package.version, package.gives, package.licence)
        (licenceNote, needs, recommended) = (package.licenceNote, package.needs, package.isRecommended)
        let isCurrent = installed?.version == package.version
        self.installed = isCurrent
        folder = installed?.folder.path
        size = installed?.size ?? package.downloadSize
        runsHere = package.runsHere
        archives = package.sources.compactMap { source in
            source.archive.map {
                Archive(project: source.project, version: source.version, file: $0.file, sha256: $0.sha256, size: $0.size)
            }
        }
        state =
            switch installed {
            case .some where isCurrent: "yes"
            case .some(let other): "older: \(other.version)"
            case .none: package.runsHere ? "no" : "not for this machine"
            }
    }

    enum CodingKeys: String, CodingKey {
        case name, version, installed, folder, size, licence, gives, needs, recommended, archives
        case licenceNote = "licence_note"
        case runsHere = "runs_here"
    }
}
