extension CaptureEvent {
    /// What a person has to know of it; `nil` for what goes as it should.
    package var words: String? {
        switch self {
        case .opened, .muted, .ended: nil
        case .lost(let error): "The microphone is gone; waiting for it to return. \(error.message)"
        case .returned: "The microphone is back."
        case .overrun(let samples): "\(max(1, samples * 1000 / CapturedFrame.rate)) ms of sound were lost."
        case .silent: "Nothing is heard: the microphone gives only zeros. Is it switched off, or muted in the mixer?"
        case .audible: "The microphone is heard again."
        }
    }
}
