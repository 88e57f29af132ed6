/// What somebody said while they were still connecting to a room, as LiveKit's clients send it: a byte stream of its own topic, whose
/// attributes name the track that goes on from there.
package struct EarlySound: Sendable, Hashable {
    package static let topic = "lk.agent.pre-connect-audio-buffer"
    /// More than that is no first sentence, in seconds; of more the last is kept.
    package static let longest = 10

    /// Id of the track before whose sound it was.
    package let track: String
    /// One channel, at the rate of ``CapturedFrame``.
    package let samples: [Int16]

    /// - Throws: ``AudioError`` when it is no sound that is understood here.
    package init(_ bytes: RoomBytes) throws(AudioError) {
        guard let track = bytes.attributes["trackId"], !track.isEmpty else {
            throw AudioError(.unsupported, "It does not say which track it belongs to.")
        }
        self.track = track
        let type = bytes.mimeType.lowercased().split(separator: ";").first.map(String.init) ?? ""
        let sound =
            switch type {
            case "audio/opus", "audio/ogg": try Self.ogg(bytes.bytes)
            case "audio/webm": try Self.webM(bytes.bytes)
            default: try Self.raw(bytes)
            }
        samples = sound.suffix(Self.longest * CapturedFrame.rate)
    }

    private static func ogg(_ bytes: [UInt8]) throws(AudioError) -> [Int16] {
        let reader = try OggOpusReader(bytes, named: "early sound", rate: CapturedFrame.rate)
        return mixed(try reader.readToEnd(), channels: reader.channels)
    }

    private static func webM(_ bytes: [UInt8]) throws(AudioError) -> [Int16] {
        guard let sound = WebMOpus(bytes) else { throw AudioError(.unsupported, "It is no WebM with Opus in it.") }
        var decoder = try OpusDecoder(rate: CapturedFrame.rate, channels: sound.channels)
        var samples: [Int16] = []
        for packet in sound.packets { samples += try decoder.decode(packet) }
        return mixed(samples, channels: sound.channels)
    }

    /// Samples of 16 bits, little-endian, as the attributes describe them.
    private static func raw(_ bytes: RoomBytes) throws(AudioError) -> [Int16] {
        guard let rate = bytes.attributes["sampleRate"].flatMap(Int.init), (8_000...192_000).contains(rate),
            let channels = bytes.attributes["channels"].flatMap(Int.init), (1...2).contains(channels)
        else { throw AudioError(.unsupported, "Its sampleRate and channels are not those of sound.") }
        guard bytes.bytes.count % (2 * channels) == 0 else { throw AudioError(.unsupported, "It ends within a sample.") }
        let content = bytes.bytes
        let samples = stride(from: 0, to: content.count, by: 2).map { low in
            let (low, high) = (UInt16(content[low]), UInt16(content[low + 1]))
            return Int16(bitPattern: high << 8 | low)
        }
        let converter = try RateConverter(from: rate, to: CapturedFrame.rate)
        return converter.convert(mixed(samples, channels: channels)) + converter.finish()
    }

    private static func mixed(_ samples: [Int16], channels: Int) -> [Int16] {
        guard channels == 2 else { return samples }
        return stride(from: 0, to: samples.count - 1, by: 2).map { left in
            let sum = Int(samples[left]) + Int(samples[left + 1])
            return Int16(sum / 2)
        }
    }
}

extension EarlySound {
    /// One line of sound: what was said before, and from its end on what is heard live.
    /// - Parameter live: frames of one microphone from their first on. What it gives while nobody reads waits, up to its own room.
    package static func frames(_ early: [Int16], then live: AsyncStream<CapturedFrame>) -> AsyncStream<CapturedFrame> {
        guard !early.isEmpty else { return live }
        let count = (early.count + CapturedFrame.count - 1) / CapturedFrame.count
        let padded = [Int16](repeating: 0, count: count * CapturedFrame.count - early.count) + early
        let shift = Int64(padded.count)
        let (frames, feed) = AsyncStream.makeStream(of: CapturedFrame.self, bufferingPolicy: .bufferingNewest(count + 500))
        let task = Task {
            var isFirst = true
            for await frame in live {
                if isFirst {
                    // Only now it is known when the early sound ended.
                    let beginning = frame.time - Int64(count) * 10_000_000
                    for number in 0..<count {
                        let start = number * CapturedFrame.count
                        feed.yield(
                            CapturedFrame(
                                samples: Array(padded[start..<start + CapturedFrame.count]), position: Int64(start),
                                time: beginning + Int64(number) * 10_000_000))
                    }
                    isFirst = false
                }
                feed.yield(
                    CapturedFrame(samples: frame.samples, position: frame.position + shift, time: frame.time, lost: frame.lost))
            }
            feed.finish()
        }
        feed.onTermination = { _ in task.cancel() }
        return frames
    }
}
