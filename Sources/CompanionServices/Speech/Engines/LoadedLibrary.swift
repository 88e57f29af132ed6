import AudioIO
import Glibc

/// A shared library that was opened by its path. It stays open for as long as the process lives: models that were made with it
/// may be freed late, and opening it again costs nothing.
struct LoadedLibrary {
    let handle: UnsafeMutableRawPointer

    /// - Throws: the reason: what is wrong with the file, else in the words of the system.
    init(path: String) throws(LibraryError) {
        if let flaw = LibraryFile.flaw(ofFile: path) { throw LibraryError(reason: "\(path) cannot be opened: \(flaw)") }
        guard let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
            throw LibraryError(reason: dlerror().map { String(cString: $0) } ?? "\(path) cannot be opened")
        }
        self.handle = handle
    }
}

/// Why a library or what was made with it does not work.
struct LibraryError: Error, Sendable, Hashable, CustomStringConvertible {
    let reason: String

    var description: String { reason }
}

/// Copies of strings for C, freed together.
final class CStrings {
    private var strings: [UnsafeMutablePointer<CChar>] = []

    func callAsFunction(_ string: String) -> UnsafePointer<CChar>? {
        guard let copy = strdup(string) else { return nil }
        strings.append(copy)
        return UnsafePointer(copy)
    }

    deinit {
        for string in strings { free(string) }
    }
}
