import Foundation
import Testing

@testable import AudioIO

@Suite struct AudioDeviceIDTests {
    static let names: [(String, AudioDeviceID)] = [
        ("default", .systemDefault), ("null", .null), ("alsa:hw:CARD=PCH,DEV=0", .alsa("hw:CARD=PCH,DEV=0")),
        ("wav:a b:c.wav", .wave(path: "a b:c.wav")), ("fifo:/run/mic", .fifo(path: "/run/mic")),
    ]

    @Test("a name is read, and written as it was", arguments: names)
    func reads(text: String, device: AudioDeviceID) throws {
        #expect(try AudioDeviceID(text) == device)
        #expect(device.description == text)
    }

    @Test("other names are refused, with what would be right", arguments: ["", "Default", "alsa:", "wav", "hw:0", "null:x"])
    func refuses(text: String) throws {
        let error = #expect(throws: AudioError.self) { try AudioDeviceID(text) }
        #expect(error?.code == .badName && error?.advice?.contains("alsa:NAME") == true)
    }

    @Test("a relative file is taken from the folder it was named in")
    func resolves() throws {
        let folder = URL(filePath: "/music", directoryHint: .isDirectory)
        #expect(try AudioDeviceID("wav:a.wav").resolved(in: folder) == .wave(path: "/music/a.wav"))
        #expect(try AudioDeviceID("fifo:/run/mic").resolved(in: folder) == .fifo(path: "/run/mic"))
    }
}
