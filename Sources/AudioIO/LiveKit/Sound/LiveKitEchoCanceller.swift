import Logging

/// Takes our own sound out by WebRTC's audio processing, which LiveKit's library brings along and which needs no room. It follows
/// changes of the delay by itself, and keeps more of a person who speaks over us than an adaptive filter alone.
package final class LiveKitEchoCanceller: EchoCanceller {
    private static let rate = 16_000

    private let library: LiveKitLibrary
    private let settings: SoundCleaning
    private var processor: LiveKitHandle
    private let logger: Logger
    private var hasFailed = false

    /// - Throws: ``LiveKitError`` when the library makes none.
    package init(_ settings: SoundCleaning = SoundCleaning(), library: LiveKitLibrary, logger: Logger) throws(LiveKitError) {
        self.library = library
        self.settings = settings
        self.logger = logger
        processor = try Self.make(settings, library)
    }

    package func process(_ heard: [Int16], played: [Int16]) -> [Int16] {
        guard heard.count == SoundCleaning.frame, played.count == SoundCleaning.frame else { return heard }
        do {
            _ = try run(played, LiveKitRequest.cleanReverse)
            return try run(heard, LiveKitRequest.clean)
        } catch {
            // The conversation goes on with the sound as it is; the gate still tells our voice from others.
            if !hasFailed { logger.warning("the echo is not cancelled", metadata: ["error": "\(error)"]) }
            hasFailed = true
            return heard
        }
    }

    package func reset() {
        do {
            processor = try Self.make(settings, library)
        } catch {
            logger.warning("the echo canceller could not forget the room", metadata: ["error": "\(error)"])
        }
    }

    private static func make(_ settings: SoundCleaning, _ library: LiveKitLibrary) throws(LiveKitError) -> LiveKitHandle {
        let answer = try library.request(.cleaner(settings))
        guard let processor = library.own(answer[1]) else {
            throw LiveKitError(.refused, "LiveKit's library makes no echo canceller.")
        }
        return processor
    }

    /// Works in place on a copy.
    private func run(
        _ samples: [Int16], _ request: (UnsafeMutableBufferPointer<Int16>, UInt64) -> LiveKitRequest
    ) throws(LiveKitError) -> [Int16] {
        var samples = samples
        var failure: LiveKitError?
        samples.withUnsafeMutableBufferPointer { buffer in
            do throws(LiveKitError) {
                let answer = try library.request(request(buffer, processor.id))
                if answer.has(1) { failure = LiveKitError(.refused, "LiveKit's library: \(answer.string(1)).") }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return samples
    }
}

extension LiveKitRequest {
    /// `NewApmRequest` of livekit-ffi's `audio_frame.proto`: echo, gain, noise. With the echo the rumble below voices goes anyway.
    fileprivate static func cleaner(_ settings: SoundCleaning) -> LiveKitRequest {
        LiveKitRequest("make an echo canceller", 50) {
            $0.put(1, true)
            $0.put(2, settings.automaticGain)
            $0.put(4, settings.noiseSuppression > 0)
        }
    }

    /// `ApmProcessStreamRequest`. A length that is no multiple of 10 ms would abort the process.
    fileprivate static func clean(_ samples: UnsafeMutableBufferPointer<Int16>, _ processor: UInt64) -> LiveKitRequest {
        LiveKitRequest("clean sound", 51) { write(samples, processor, to: &$0) }
    }

    /// `ApmProcessReverseStreamRequest`: what the loudspeaker gives.
    fileprivate static func cleanReverse(_ samples: UnsafeMutableBufferPointer<Int16>, _ processor: UInt64) -> LiveKitRequest {
        LiveKitRequest("hear the loudspeaker", 52) { write(samples, processor, to: &$0) }
    }

    private static func write(_ samples: UnsafeMutableBufferPointer<Int16>, _ processor: UInt64, to message: inout WireWriter) {
        message.put(1, processor)
        message.put(2, UInt(bitPattern: samples.baseAddress))
        message.put(3, samples.count * 2)
        message.put(4, 16_000)
        message.put(5, 1)
    }
}
