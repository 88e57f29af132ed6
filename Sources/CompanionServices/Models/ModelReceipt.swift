import Foundation

/// What was installed: the file `receipt.json` in a package's folder.
struct ModelReceipt: Codable, Sendable, Hashable {
    static let fileName = "receipt.json"

    struct File: Codable, Sendable, Hashable {
        /// Relative to the package's folder.
        let path: String
        let size: Int
        let sha256: String
    }

    struct Archive: Codable, Sendable, Hashable {
        let file: String
        let sha256: String
    }

    let name: String
    let version: String
    let licence: String
    /// Where it came from.
    let archives: [Archive]
    /// Every file, but this one.
    let files: [File]

    var size: Int { files.reduce(0) { $0 + $1.size } }

    /// A path that stays inside the folder; a receipt is only a file.
    static func isInside(_ path: String) -> Bool {
        !path.isEmpty && !path.hasPrefix("/")
            && !path.split(separator: "/", omittingEmptySubsequences: false).contains { $0 == ".." || $0.isEmpty }
    }
}
