import CAlsa
import Glibc

/// A device of this machine and what it can do.
package struct AudioDevice: Sendable, Hashable {
    /// What can be done with a device in one direction.
    package enum Ability: Sendable, Hashable {
        /// Rate in Hz, number of channels, as the device is set up for speech.
        case ready(rate: Int, channels: Int)
        /// Why not, and what to do.
        case unusable(AudioError)
        /// It has no such direction.
        case absent
    }

    package let id: AudioDeviceID
    package let title: String
    package let playback: Ability
    package let capture: Ability
}

/// The devices that ALSA knows, by names that stay the same when devices come and go.
package enum DeviceList {
    /// How long each may take. One after another is opened, as two names may be of one device.
    private static let patience = Duration.seconds(4)

    /// Opens each device for a moment, so that what is said of it is true. A device in use says that it is.
    package static func all() async -> [AudioDevice] {
        calsa_silence()
        var devices: [AudioDevice] = []
        for hint in [Hint(name: "default", title: "The system's choice", direction: nil)] + hints() {
            devices.append(
                AudioDevice(
                    id: hint.name == "default" ? .systemDefault : .alsa(hint.name), title: hint.title,
                    playback: hint.direction == .capture ? .absent : await ability(hint.name, .playback),
                    capture: hint.direction == .playback ? .absent : await ability(hint.name, .capture)))
        }
        return devices
    }

    /// Whether there are sound devices that this user may not open.
    package static var isForbidden: Bool {
        guard let folder = opendir("/dev/snd") else { return access("/dev/snd", F_OK) == 0 }
        defer { closedir(folder) }
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasPrefix("pcm"), access("/dev/snd/\(name)", R_OK | W_OK) != 0 { return true }
        }
        return false
    }

    private struct Hint {
        let name: String
        let title: String
        /// `nil` for both.
        let direction: ALSAError.Direction?
    }

    /// What a person would choose: the cards' own devices, sound servers, and what was defined by hand; not ALSA's many views of
    /// the same card.
    private static func hints() -> [Hint] {
        var list: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
        guard snd_device_name_hint(-1, "pcm", &list) == 0, let list else { return [] }
        defer { snd_device_name_free_hint(list) }
        var hints: [Hint] = []
        var place = list
        while let hint = place.pointee {
            place += 1
            guard let name = text(hint, "NAME"), isWorthListing(name) else { continue }
            let title = text(hint, "DESC")?.split(separator: "\n").joined(separator: ", ") ?? ""
            let direction: ALSAError.Direction? =
                switch text(hint, "IOID") {
                case "Output": .playback
                case "Input": .capture
                default: nil
                }
            hints.append(Hint(name: name, title: title, direction: direction))
        }
        return hints
    }

    private static func isWorthListing(_ name: String) -> Bool {
        let kind = name.prefix { $0 != ":" }
        let views = [
            "default", "sysdefault", "plughw", "front", "rear", "center_lfe", "side", "iec958", "spdif", "hdmi", "dmix", "dsnoop",
            "null", "lavrate", "samplerate", "speexrate", "speex", "jack", "oss", "upmix", "vdownmix", "usbstream", "modem",
            "phoneline", "a52", "dca",
        ]
        return !views.contains(String(kind)) && !kind.hasPrefix("surround")
    }

    private static func text(_ hint: UnsafeMutableRawPointer, _ key: String) -> String? {
        guard let text = snd_device_name_get_hint(hint, key) else { return nil }
        defer { free(text) }
        return String(cString: text)
    }

    private static func ability(_ name: String, _ direction: ALSAError.Direction) async -> AudioDevice.Ability {
        do {
            return try await DeviceOpening.open("\(direction.noun) '\(name)'", patience: patience) { () throws(AudioError) in
                let handle = try PCMHandle(opening: name, direction, rate: nil, periods: 6)
                return AudioDevice.Ability.ready(rate: handle.rate, channels: handle.channels)
            } close: { _ in
                // It was closed on its thread.
            }.device
        } catch let error as AudioError {
            return .unusable(error)
        } catch {
            return .unusable(AudioError(.unsupported, "The \(direction.noun) '\(name)' cannot be opened: \(error)."))
        }
    }
}
