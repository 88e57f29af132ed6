import CAlsa
import Glibc

/// What ALSA's error numbers mean to a person.
enum ALSAError {
    enum Direction {
        case playback, capture

        var noun: String { self == .playback ? "loudspeaker" : "microphone" }
        var stream: snd_pcm_stream_t { self == .playback ? SND_PCM_STREAM_PLAYBACK : SND_PCM_STREAM_CAPTURE }
    }

    /// A device that could not be opened.
    static func opening(_ name: String, _ direction: Direction, code: Int32) -> AudioError {
        let list = "'companion-edge devices list' shows what is there."
        switch -code {
        case ENOENT, ENODEV, ENXIO:
            if name == "default" {
                return AudioError(.notFound, "This machine has no \(direction.noun).", advice: "Connect one. \(list)")
            }
            return AudioError(.notFound, "There is no \(direction.noun) '\(name)'.", advice: list)
        case EBUSY, EAGAIN:
            return AudioError(
                .busy, "The \(direction.noun) '\(name)' is in use by another program.",
                advice: "End that program ('fuser -v /dev/snd/*' names it), or choose another device. \(list)")
        case EACCES, EPERM:
            return AudioError(
                .notPermitted, "This user may not use the \(direction.noun) '\(name)'.",
                advice: "Add the user to the group 'audio': sudo usermod -aG audio $USER, then log in again.")
        case ECONNREFUSED, EHOSTDOWN, EIO:
            return AudioError(
                .notFound, "The sound server behind '\(name)' does not answer.",
                advice:
                    "Start it ('systemctl --user start pulseaudio' or 'pipewire'), or choose a device by its own name. \(list)")
        default:
            return AudioError(.unsupported, "The \(direction.noun) '\(name)' cannot be opened: \(text(code)).", advice: list)
        }
    }

    /// A device that stopped working.
    static func running(_ name: String, _ direction: Direction, code: Int32) -> AudioError {
        AudioError(.lost, "The \(direction.noun) '\(name)' is gone: \(text(code)).")
    }

    static func text(_ code: Int32) -> String { String(cString: snd_strerror(code)) }
}
