import Foundation
import LocalStore

/// An archive as it comes in, whose first line can be looked at before it is read.
actor ArchiveInput {
    /// A header is short; more than this without a line break is none.
    private static let longestHeader = 64 * 1024

    private let input: any CommandInput
    private var looked: [UInt8] = []

    init(_ input: any CommandInput) {
        self.input = input
    }

    /// Whose archive it says it is; `nil` when its first line does not say.
    func owner() async throws -> UserID? {
        while !looked.contains(UInt8(ascii: "\n")), looked.count < Self.longestHeader, let bytes = try await input.read() {
            looked += bytes
        }
        struct Header: Decodable {
            let user: UserID
        }
        let line = looked.prefix { $0 != UInt8(ascii: "\n") }
        // The import itself says what is wrong with a line that is no header.
        return (try? JSONDecoder().decode(Header.self, from: Data(line)))?.user
    }

    /// The next bytes, those looked at included; `nil` at the end.
    func next() async throws -> [UInt8]? {
        guard looked.isEmpty else {
            defer { looked = [] }
            return looked
        }
        return try await input.read()
    }
}
