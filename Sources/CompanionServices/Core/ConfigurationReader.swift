import Foundation

/// Collects settings from all sources, in order, and everything that is wrong with them.
struct ConfigurationReader {
    private let sources: ConfigurationSources
    private(set) var problems: [ConfigurationProblem] = []
    private(set) var warnings: [String] = []
    private(set) var files: [String] = []

    init(_ sources: ConfigurationSources) {
        self.sources = sources
    }

    /// What all sources together say: the winning value of every key.
    mutating func read() -> (entries: [ConfigurationKey: ConfigurationEntry], dataDirectory: URL?) {
        let commandLine = layer(sources.commandLine, origin: .commandLine)
        let environment = environmentLayer()
        let workingEnv = sources.workingDirectory.appending(path: ".env").standardizedFileURL
        var layers = [commandLine, environment, fileLayer(workingEnv) ?? [:]]
        let configuration = configurationFileLayer(named: Self.winner(.configurationFile, in: layers))

        let dataDirectory = self.dataDirectory(Self.winner(.dataDirectory, in: layers + [configuration]))
        if let dataDirectory {
            let dataEnv = dataDirectory.appending(path: ".env").standardizedFileURL
            if dataEnv.path != workingEnv.path {
                var layer = fileLayer(dataEnv) ?? [:]
                refuse([.dataDirectory, .configurationFile], in: &layer, because: "cannot be set in the data directory itself")
                layers.append(layer)
            }
        }
        layers.append(configuration)

        var entries: [ConfigurationKey: ConfigurationEntry] = [:]
        for layer in layers { entries.merge(layer) { first, _ in first } }
        return (entries, dataDirectory)
    }

    mutating func layer(_ values: [String: String], origin: ConfigurationOrigin) -> [ConfigurationKey: ConfigurationEntry] {
        var layer: [ConfigurationKey: ConfigurationEntry] = [:]
        for (name, text) in values.sorted(by: { $0.key < $1.key }) { accept(name, text, origin: origin, into: &layer) }
        return layer
    }

    mutating func report(_ key: ConfigurationKey?, _ text: String, origin: ConfigurationOrigin) {
        problems.append(ConfigurationProblem(origin: origin, key: key?.name, text: text, example: key?.exampleLine))
    }

    private static func winner(
        _ key: ConfigurationKey, in layers: [[ConfigurationKey: ConfigurationEntry]]
    ) -> ConfigurationEntry? {
        layers.lazy.compactMap { $0[key] }.first
    }

    // MARK: One source

    /// Only names that are settings, or look as if they were meant to be, concern us here.
    private mutating func environmentLayer() -> [ConfigurationKey: ConfigurationEntry] {
        let ours = sources.environment.filter { name, _ in
            ConfigurationKey.named(name) != nil || name.hasPrefix("COMPANION_")
        }
        return layer(ours, origin: .environment)
    }

    private mutating func configurationFileLayer(named entry: ConfigurationEntry?) -> [ConfigurationKey: ConfigurationEntry] {
        var layer: [ConfigurationKey: ConfigurationEntry] = [:]
        if let entry {
            let file = url(of: entry)
            if let found = fileLayer(file) {
                layer = found
            } else if !files.contains(file.path) && !problems.contains(where: { $0.origin.path == file.path }) {
                report(.configurationFile, "names \(file.path), which is not there", origin: entry.origin)
            }
        } else {
            for file in [sources.personFile, sources.systemFile].compactMap(\.self) {
                guard let found = fileLayer(file) else { continue }
                layer = found
                break
            }
        }
        refuse([.configurationFile], in: &layer, because: "cannot be set in the configuration file itself")
        return layer
    }

    private mutating func dataDirectory(_ entry: ConfigurationEntry?) -> URL? {
        if let entry { return url(of: entry) }
        if let directory = sources.defaultDataDirectory { return directory }
        report(.dataDirectory, "is needed, because there is no HOME to keep data in", origin: .environment)
        return nil
    }

    /// `nil` when the file is not there, or cannot be read (which is then a problem).
    private mutating func fileLayer(_ file: URL) -> [ConfigurationKey: ConfigurationEntry]? {
        let bytes: [UInt8]
        do throws(ValueProblem) {
            guard let found = try ConfigurationFile.read(file) else { return nil }
            bytes = found
        } catch {
            report(nil, error.text, origin: .file(path: file.path, line: nil))
            return nil
        }
        files.append(file.path)
        let content = EnvironmentFile(parsing: bytes)
        for fault in content.faults {
            report(nil, "the line \(fault.text)", origin: .file(path: file.path, line: fault.number))
        }
        var layer: [ConfigurationKey: ConfigurationEntry] = [:]
        var firstLines: [String: Int] = [:]
        for line in content.lines {
            let origin = ConfigurationOrigin.file(path: file.path, line: line.number)
            if let first = firstLines.updateValue(line.number, forKey: line.key) {
                problems.append(
                    ConfigurationProblem(
                        origin: origin, key: line.key, text: "is set twice, first in line \(first); keep one", example: nil))
                continue
            }
            accept(line.key, line.value, origin: origin, into: &layer)
        }
        if layer.keys.contains(where: \.isSecret), ConfigurationFile.isReadableByOthers(file) {
            warnings.append("\(file.path) holds a key and can be read by other users; run: chmod 600 '\(file.path)'")
        }
        return layer
    }

    // MARK: One value

    private mutating func accept(
        _ name: String, _ text: String, origin: ConfigurationOrigin, into layer: inout [ConfigurationKey: ConfigurationEntry]
    ) {
        guard let key = ConfigurationKey.named(name) else {
            let nearest = NearestName.to(name, among: ConfigurationKey.all.map(\.name))
            let advice = nearest.map { "did you mean \($0)?" } ?? "'companion-edge config show --all' lists all settings"
            problems.append(ConfigurationProblem(origin: origin, key: name, text: "is not a setting; \(advice)", example: nil))
            return
        }
        // An empty value is how a shell or a unit file says "not set".
        guard !text.isEmpty else { return }
        do throws(ValueProblem) {
            layer[key] = ConfigurationEntry(text: text, value: try key.value(of: text), origin: origin)
        } catch {
            report(key, error.text, origin: origin)
        }
    }

    private mutating func refuse(
        _ keys: [ConfigurationKey], in layer: inout [ConfigurationKey: ConfigurationEntry], because reason: String
    ) {
        for key in keys {
            guard let entry = layer.removeValue(forKey: key) else { continue }
            problems.append(
                ConfigurationProblem(
                    origin: entry.origin, key: key.name, text: "\(reason); set it in the environment", example: nil))
        }
    }

    /// Paths in a file are relative to its folder, others to the working directory.
    private func url(of entry: ConfigurationEntry) -> URL {
        let folder = entry.origin.path.map { URL(filePath: $0).deletingLastPathComponent() } ?? sources.workingDirectory
        return sources.resolve(entry.text, in: folder)
    }
}

/// One value as it was found.
struct ConfigurationEntry: Sendable {
    let text: String
    let value: ConfigurationValue
    let origin: ConfigurationOrigin
}

extension ConfigurationOrigin {
    /// The file, if it is one.
    package var path: String? {
        guard case .file(let path, _) = self else { return nil }
        return path
    }
}

extension ConfigurationKey {
    /// A line that would work; `nil` for a key that must not be set.
    var exampleLine: String? { example.isEmpty ? nil : "\(name)=\(example)" }
}
