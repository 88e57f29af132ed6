import ArgumentParser
import CompanionServices
import Foundation
import Glibc

/// `companion-edge models serve`: this process becomes llama.cpp's server.
struct ModelsServe: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Be a server for an installed language model, on this machine alone.",
        discussion: """
            Runs llama.cpp's server until SIGTERM or Ctrl-C. The companion finds it by itself at the usual port; others name it in \
            COMPANION_MODEL_SERVER. Any model in GGUF format can be served. companion-llm.service does this for the whole machine.

            EXAMPLES:
              companion-edge models install smollm2-135m && companion-edge models serve
              companion-edge models serve /srv/models/qwen2.5-3b-instruct-q4_k_m.gguf
              companion-edge models serve --port 8081
            """)

    @Argument(
        help: ArgumentHelp("An installed model, or a GGUF file; without it, the best that is installed.", valueName: "model"))
    var model: String?

    @Option(help: "Where it listens, on 127.0.0.1; 0 for any port that is free.")
    var port = LanguageModelServer.usualPort

    @OptionGroup var shared: SharedOptions

    mutating func validate() throws {
        if !(0...65535).contains(port) { throw ValidationError("--port is \(port); it is from 0 to 65535.") }
    }

    func run() async throws {
        let folder = URL(filePath: FileManager.default.currentDirectoryPath, directoryHint: .isDirectory)
        let configuration = try Configuration(from: Program().configurationSources(dataDirectory: shared.dataDirectory))
        let server = try LanguageModelServer(ModelStore(configuration, in: folder), model: model, port: port, folder: folder)
        throw Self.become(server.command)
    }

    /// Returns only when that failed: why.
    private static func become(_ command: [String]) -> CommandFailure {
        var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        // Signals that this thread does not take would not reach the program either, and that has to end when it is told to.
        var none = sigset_t()
        sigemptyset(&none)
        sigprocmask(SIG_SETMASK, &none, nil)
        execv(command[0], &arguments)
        return CommandFailure(.unavailable, "\(command[0]) could not be started: \(String(cString: strerror(errno))).")
    }
}
