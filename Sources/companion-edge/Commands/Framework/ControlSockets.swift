import CompanionServices
import Foundation

/// Where a daemon may listen that has this caller's people.
struct ControlSockets {
    let paths: [String]

    init(_ configuration: Configuration) {
        let own = configuration.dataDirectory.appending(path: "control.sock").path
        // Somebody who chose a data directory, or has used one already, means that one and not the machine's service.
        let hasOwn =
            configuration.isSet(.dataDirectory) || FileManager.default.fileExists(atPath: configuration.dataDirectory.path)
        paths = hasOwn ? [own] : [own, ControlAddress.service]
    }
}
