/// Why models cannot be installed, checked or removed, and what to do.
package enum ModelError: Error, Sendable, Hashable, CustomStringConvertible {
    case unknown(String)
    case notInstalled(String)
    /// There is none of it for this kind of processor.
    case notForThisMachine(String)
    /// Something else needs it.
    case needed(String, by: [String])
    /// A program that installing needs: its name and the Debian package.
    case noProgram(String, package: String)
    /// The archive could not be fetched; what pip said.
    case notFetched(file: String, said: String)
    /// `--from` has no such file.
    case notThere(file: String, folder: String)
    /// The content is not what it should be.
    case wrongContent(file: String)
    /// Unpacking or preparing failed: of what, and why.
    case notPrepared(String, reason: String)
    case diskFull(folder: String, needed: Int)
    case notPermitted(folder: String)
    case notWritten(path: String, reason: String)
    /// Another `models` command works there.
    case busy(folder: String)

    package var description: String {
        switch self {
        case .unknown(let name): "There is no model '\(name)'."
        case .notInstalled(let name): "'\(name)' is not installed."
        case .notForThisMachine(let name): "There is no '\(name)' for this kind of processor."
        case .needed(let name, let others): "'\(name)' is needed by \(others.joined(separator: ", "))."
        case .noProgram(let program, _): "Installing needs '\(program)', which is not there."
        case .notFetched(let file, let said): "\(file) could not be fetched: \(said)."
        case .notThere(let file, let folder): "\(file) is not in \(folder)."
        case .wrongContent(let file): "\(file) is not the file it should be: its SHA-256 differs."
        case .notPrepared(let name, let reason): "'\(name)' could not be prepared: \(reason)."
        case .diskFull(let folder, let needed):
            "There is too little room in \(folder): \((needed + 999_999) / 1_000_000) MB are needed."
        case .notPermitted(let folder): "You may not write in \(folder)."
        case .notWritten(let path, let reason): "\(path) could not be written: \(reason)."
        case .busy(let folder): "Another 'models' command is at work in \(folder)."
        }
    }

    package var advice: String {
        switch self {
        case .unknown: "'companion-edge models list' shows what there is."
        case .notInstalled(let name): "Install it: companion-edge models install \(name)"
        case .notForThisMachine: "Text works without it."
        case .needed(_, let others): "Remove them too: companion-edge models remove \(others.joined(separator: " "))"
        case .noProgram(_, let package): "Install it: sudo apt-get install \(package)"
        case .notFetched:
            "Is there a network? Fetch it elsewhere with 'companion-edge models list --archives', and use --from."
        case .notThere: "Look for it there; 'companion-edge models list --archives' names every archive."
        case .wrongContent: "Fetch it again. If it stays so, do not use it."
        case .notPrepared: "Nothing was installed of it. Try again with --again."
        case .diskFull: "Free some, or choose another folder with COMPANION_MODELS_DIR. Nothing half was left behind."
        case .notPermitted: "Run it with sudo, or without --system."
        case .notWritten: "Nothing half was left behind."
        case .busy: "Wait until it has ended."
        }
    }
}
