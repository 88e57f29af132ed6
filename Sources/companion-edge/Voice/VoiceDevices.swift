import AudioIO

/// What a spoken conversation listens with and speaks into.
struct VoiceDevices: Sendable {
    let capture: AudioCapture
    let loudspeaker: PlaybackSink
    /// Whether the microphone belongs to somebody else, who closes it.
    private let isCaptureLent: Bool

    init(capture: AudioCapture, loudspeaker: PlaybackSink) {
        (self.capture, self.loudspeaker, isCaptureLent) = (capture, loudspeaker, false)
    }

    /// A microphone that others use as well, and a loudspeaker of its own.
    init(lending capture: AudioCapture, loudspeaker: AudioDeviceID, patience: Duration?) async throws {
        (self.capture, isCaptureLent) = (capture, true)
        self.loudspeaker = try await PlaybackSink(loudspeaker, patience: patience)
    }

    /// Opens the devices that were chosen.
    /// - Parameter patience: how long a lost device is waited for; `nil` for ever.
    init(_ choice: VoiceChoice, patience: Duration?, isMuted: Bool) async throws {
        isCaptureLent = false
        loudspeaker = try await PlaybackSink(choice.loudspeaker, patience: patience)
        do {
            capture = try await AudioCapture(choice.microphone, isMuted: isMuted, patience: patience)
        } catch {
            try await loudspeaker.close()
            throw error
        }
    }

    func close() async throws {
        if !isCaptureLent { try await capture.close() }
        try await loudspeaker.close()
    }
}
