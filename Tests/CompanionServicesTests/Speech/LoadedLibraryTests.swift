import Foundation
import TestSupport
import Testing

@testable import CompanionServices

/// Files that the system's loader would not survive, or not explain.
@Suite struct LoadedLibraryTests {
    private let folder: TemporaryDirectory
    /// A library of this machine, as it is.
    private let library: Data

    init() throws {
        folder = try TemporaryDirectory()
        // One that this program has open anyway.
        let places = ["/lib/x86_64-linux-gnu", "/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib"].map { "\($0)/libogg.so.0" }
        let path = try #require(places.first { FileManager.default.fileExists(atPath: $0) })
        library = try Data(contentsOf: URL(filePath: path))
    }

    private func reason(_ contents: Data) throws -> String {
        // A name of its own: a library that was opened stays, and its file must not change.
        let file = folder.file("\(UUID().uuidString).so")
        try contents.write(to: file)
        do throws(LibraryError) {
            _ = try LoadedLibrary(path: file.path)
            return ""
        } catch {
            #expect(error.reason.contains(file.path))
            return error.reason
        }
    }

    @Test("a whole library is opened")
    func whole() throws {
        #expect(try reason(library) == "")
    }

    @Test("one that was cut anywhere says so, and the process goes on")
    func cut() throws {
        for size in [library.count - 1, library.count / 2, 4096, 200] where size < library.count {
            let said = try reason(library.prefix(size))
            // The end holds what only debuggers read.
            #expect(said.contains("cut off") || said.contains("damaged") || size == library.count - 1, "\(size): \(said)")
        }
        #expect(try reason(library.prefix(10)).contains("no shared library"))
        #expect(try reason(Data()).contains("no shared library"))
    }

    @Test("something else, one for another processor, and none at all are told apart")
    func foreign() throws {
        #expect(try reason(Data("#!/bin/sh\necho hello\n".utf8)).contains("no shared library"))
        var other = library
        other[other.startIndex + 18] = 8
        #expect(try reason(other).contains("another kind of processor"))
        do throws(LibraryError) {
            _ = try LoadedLibrary(path: folder.file("none.so").path)
            Issue.record("a library that is not there was opened")
        } catch {
            #expect(error.reason.contains("No such file"))
        }
    }
}
