import Foundation

/// Names a loudspeaker or a microphone in settings and on command lines.
package enum AudioDeviceID: Sendable, Hashable, CustomStringConvertible {
    /// What the system's own settings choose.
    case systemDefault
    /// A name that ALSA understands, such as `hw:CARD=PCH,DEV=0` or `pulse`.
    case alsa(String)
    /// A WAV file: a microphone reads it, a loudspeaker makes it.
    case wave(path: String)
    /// A named pipe with raw samples, see ``FifoFormat``.
    case fifo(path: String)
    /// A loudspeaker that nobody hears, as fast as a real one; a microphone that hears silence.
    case null

    package init(_ text: String) throws(AudioError) {
        let (kind, rest) = Self.split(text)
        switch (kind, rest) {
        case ("default", nil): self = .systemDefault
        case ("null", nil): self = .null
        case ("alsa", let name?) where !name.isEmpty: self = .alsa(name)
        case ("wav", let path?) where !path.isEmpty: self = .wave(path: path)
        case ("fifo", let path?) where !path.isEmpty: self = .fifo(path: path)
        default:
            throw AudioError(
                .badName, "'\(text)' names no sound device.",
                advice:
                    "Write default, alsa:NAME, wav:FILE, fifo:FILE or null; 'companion-edge devices list' shows what is there.")
        }
    }

    private static func split(_ text: String) -> (String, String?) {
        guard let colon = text.firstIndex(of: ":") else { return (text, nil) }
        return (String(text[..<colon]), String(text[text.index(after: colon)...]))
    }

    package var description: String {
        switch self {
        case .systemDefault: "default"
        case .alsa(let name): "alsa:\(name)"
        case .wave(let path): "wav:\(path)"
        case .fifo(let path): "fifo:\(path)"
        case .null: "null"
        }
    }

    /// How long its calls may last; `nil` where no driver or server is in them.
    var patience: DeviceThread.Patience? {
        switch self {
        case .systemDefault, .alsa: DeviceThread.Patience()
        case .wave, .fifo, .null: nil
        }
    }

    /// The same device with a relative path taken from `folder`.
    package func resolved(in folder: URL) -> AudioDeviceID {
        func absolute(_ path: String) -> String { URL(filePath: path, relativeTo: folder).standardizedFileURL.path }
        return switch self {
        case .wave(let path): .wave(path: absolute(path))
        case .fifo(let path): .fifo(path: absolute(path))
        default: self
        }
    }
}

/// What goes through a named pipe: signed 16-bit samples of one channel, in the machine's byte order.
package enum FifoFormat {
    /// Samples a second.
    package static let rate = 16_000
}
