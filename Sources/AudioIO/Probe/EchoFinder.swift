/// Finds a known sound in a recording.
enum EchoFinder {
    struct Match: Sendable, Hashable {
        /// Samples from the beginning of the recording to that of the sound.
        let place: Int
        /// How loud it is there; 1 is as loud as it was.
        let gain: Double
        /// How far the place stands out from all others, in standard deviations.
        let clearness: Double
    }

    /// Noise alone hardly ever comes near this.
    private static let clear = 7.0
    /// The first look is at a quarter of the rate, which is enough for sounds below 2 kHz.
    private static let coarse = 4

    /// The place where `sound` is, both at 16 kHz; `nil` when it is nowhere.
    static func find(_ sound: [Int16], in recording: [Int16]) -> Match? {
        let (low, lowRecording) = (reduced(sound), reduced(recording))
        guard !low.isEmpty, lowRecording.count > low.count else { return nil }
        let products = correlate(low, lowRecording, at: 0..<(lowRecording.count - low.count))
        guard let best = products.indices.max(by: { abs(products[$0]) < abs(products[$1]) }) else { return nil }
        // Without the places right beside it, where it is heard as well.
        let others = products.indices.filter { abs($0 - best) > 40 }
        let spread = (others.reduce(0.0) { $0 + Double(products[$1]) * Double(products[$1]) } / Double(max(1, others.count)))
            .squareRoot()
        let clearness = spread > 0 ? Double(abs(products[best])) / spread : .infinity
        guard abs(products[best]) > 0, clearness > clear else { return nil }

        let first = max(0, best * coarse - 2 * coarse)
        let last = min(recording.count - sound.count, best * coarse + 2 * coarse)
        guard first < last else { return nil }
        let fine = correlate(sound.map(Float.init), recording.map(Float.init), at: first..<last)
        guard let exact = fine.indices.max(by: { abs(fine[$0]) < abs(fine[$1]) }) else { return nil }
        let energy = sound.reduce(0.0) { $0 + Double($1) * Double($1) }
        return Match(place: first + exact, gain: Double(abs(fine[exact])) / energy, clearness: clearness)
    }

    private static func reduced(_ samples: [Int16]) -> [Float] {
        stride(from: 0, to: samples.count - coarse + 1, by: coarse).map { start in
            samples[start..<(start + coarse)].reduce(0) { $0 + Float($1) } / Float(coarse)
        }
    }

    private static func correlate(_ sound: [Float], _ recording: [Float], at places: Range<Int>) -> [Float] {
        sound.withUnsafeBufferPointer { sound in
            recording.withUnsafeBufferPointer { recording in
                places.map { place in
                    var sum: Float = 0
                    for index in 0..<sound.count { sum += sound[index] * recording[place + index] }
                    return sum
                }
            }
        }
    }
}
