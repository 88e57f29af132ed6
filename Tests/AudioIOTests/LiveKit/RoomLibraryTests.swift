import Foundation
import Logging
import TestSupport
import Testing

@testable import AudioIO

@Suite struct RoomLibraryTests {
    private let logger = Logger(label: "test")

    @Test("a library that is not there says how to install it")
    func missing() throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("liblivekit_ffi.so").path
        let error = #expect(throws: LiveKitError.self) { try LiveKitSymbols(path: path) }
        #expect(error?.code == .libraryMissing)
        #expect(error?.description.contains("models install livekit") == true)
    }

    @Test("a file that is no library, or was cut, is refused", arguments: [0, 10, 64, 4096, 1_000_000])
    func damaged(count: Int) throws {
        let folder = try TemporaryDirectory()
        let file = folder.file("liblivekit_ffi.so")
        let whole = try Data(contentsOf: URL(filePath: try Self.libraryOfC()))
        try whole.prefix(count).write(to: file)
        let error = #expect(throws: LiveKitError.self) { try LiveKitSymbols(path: file.path) }
        #expect(error?.code == .libraryUnusable)
    }

    @Test("a library for another kind of processor is refused by what it is")
    func foreign() throws {
        let folder = try TemporaryDirectory()
        let file = folder.file("liblivekit_ffi.so")
        var bytes = try Data(contentsOf: URL(filePath: try Self.libraryOfC()))
        // A 32-bit ARM.
        bytes[18] = 40
        try bytes.write(to: file)
        let error = #expect(throws: LiveKitError.self) { try LiveKitSymbols(path: file.path) }
        #expect(error?.code == .libraryUnusable && error?.message.contains("processor") == true)
    }

    @Test("another library is refused by what it lacks")
    func other() throws {
        let path = try Self.libraryOfC()
        let error = #expect(throws: LiveKitError.self) { try LiveKitSymbols(path: path) }
        #expect(error?.code == .libraryUnusable)
        #expect(error?.message.contains("livekit_ffi_initialize") == true)
    }

    /// The C library, which every process has.
    private static func libraryOfC() throws -> String {
        // Such a file has no size, which some ways of reading go by.
        let bytes = try #require(try FileHandle(forReadingAtPath: "/proc/self/maps")?.readToEnd())
        let line = String(decoding: bytes, as: UTF8.self).split(separator: "\n").first { $0.hasSuffix("/libc.so.6") }
        return String(try #require(line?.split(separator: " ").last))
    }
}
