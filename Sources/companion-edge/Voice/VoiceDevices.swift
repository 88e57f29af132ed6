import AudioIO

/// What a spoken conversation listens with and speaks into.
struct VoiceDevices: Sendable {
    let capture: AudioCapture
    let loudspeaker: PlaybackSink
    /// Whether the microphone belongs to somebody else, who closes it.
    private let isCaptureLent: Bool
    /// What is heard, where that is not simply the microphone's sound from now on.
    private var heard: AsyncStream<CapturedFrame>?

    /// - Parameter heard: the microphone's frames, where somebody has begun to listen already.
    init(capture: AudioCapture, loudspeaker: PlaybackSink, heard: AsyncStream<CapturedFrame>? = nil) {
        (self.capture, self.loudspeaker, isCaptureLent) = (capture, loudspeaker, false)
        self.heard = heard
    }

    /// The sound to be understood, for one reader.
    func frames() -> AsyncStream<CapturedFrame> { heard ?? capture.subscribe() }

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

    /// Says whether the microphone's sound is needed at once. Who lends it may need it whatever we do.
    func rest(_ isResting: Bool) {
        if !isCaptureLent { capture.rest(isResting) }
    }

    func close() async throws {
        // At once: each may have to be given up.
        async let silent: Void = loudspeaker.close()
        if !isCaptureLent { try await capture.close() }
        try await silent
    }
}
