import AudioIO

/// What a spoken conversation listens with and speaks into.
struct VoiceDevices: Sendable {
    let capture: AudioCapture
    let loudspeaker: PlaybackSink

    init(capture: AudioCapture, loudspeaker: PlaybackSink) {
        (self.capture, self.loudspeaker) = (capture, loudspeaker)
    }

    /// Opens the devices that were chosen.
    /// - Parameter patience: how long a lost device is waited for; `nil` for ever.
    init(_ choice: VoiceChoice, patience: Duration?, isMuted: Bool) async throws {
        loudspeaker = try await PlaybackSink(choice.loudspeaker, patience: patience)
        do {
            capture = try await AudioCapture(choice.microphone, isMuted: isMuted, patience: patience)
        } catch {
            try await loudspeaker.close()
            throw error
        }
    }

    func close() async throws {
        try await capture.close()
        try await loudspeaker.close()
    }
}
