import Foundation
import Synchronization

/// The pattern libraries by language, each read when it is first asked for and then kept.
final class LibraryShelf: Sendable {
    private let directory: URL
    private let libraries = Mutex<[Language: PatternLibrary]>([:])

    init(directory: URL) {
        self.directory = directory
    }

    func library(_ language: Language) throws -> PatternLibrary {
        try libraries.withLock { libraries in
            if let library = libraries[language] { return library }
            let library = try PatternLibrary(language: language, directory: directory)
            libraries[language] = library
            return library
        }
    }
}
