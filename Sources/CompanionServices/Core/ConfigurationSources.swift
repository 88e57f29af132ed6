import Foundation

/// Where settings may come from; the first source that has a key wins.
package struct ConfigurationSources: Sendable {
    /// Values given on the command line, by key name.
    package var commandLine: [String: String]
    package var environment: [String: String]
    package var workingDirectory: URL
    /// Looked at when neither `COMPANION_CONFIG` nor the person's own file is there.
    package var systemFile: URL

    package init(
        commandLine: [String: String] = [:], environment: [String: String], workingDirectory: URL,
        systemFile: URL = URL(filePath: "/etc/companion-edge/config")
    ) {
        self.commandLine = commandLine
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.systemFile = systemFile
    }

    var home: URL? { absolute("HOME") }

    /// `$XDG_CONFIG_HOME/companion-edge/config` or the same below `~/.config`.
    var personFile: URL? {
        (absolute("XDG_CONFIG_HOME") ?? home?.appending(path: ".config"))?.appending(path: "companion-edge/config")
    }

    /// `$XDG_DATA_HOME/companion-edge` or the same below `~/.local/share`.
    var defaultDataDirectory: URL? {
        (absolute("XDG_DATA_HOME") ?? home?.appending(path: ".local/share"))?.appending(path: "companion-edge")
    }

    /// A path of a setting: absolute, below the home directory (`~/`), or relative to `folder`.
    func resolve(_ path: String, in folder: URL) -> URL {
        if path == "~", let home { return home }
        if path.hasPrefix("~/"), let home { return home.appending(path: String(path.dropFirst(2))).standardizedFileURL }
        return URL(filePath: path, relativeTo: folder.appending(path: "", directoryHint: .isDirectory)).standardizedFileURL
    }

    /// The XDG specification has relative paths ignored.
    private func absolute(_ name: String) -> URL? {
        guard let path = environment[name], path.hasPrefix("/") else { return nil }
        return URL(filePath: path, directoryHint: .isDirectory)
    }
}
