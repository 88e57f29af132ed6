/// How the words of a piece of speech lie in its sound: which were heard by a moment, and where it can be taken up again. The
/// sound itself says where it is silent; between silences words take time by their length.
package struct SpokenText: Sendable {
    /// A stretch without a gap.
    private struct Run: Sendable {
        var start: Int
        var end: Int
    }

    /// Gaps shorter than this belong to a consonant, in milliseconds.
    private static let gap = 60
    /// Quieter than this part of the loudest is silent.
    private static let silence = 0.02
    private static let pauses: Set<Character> = [".", "!", "?", "۔", "؟", "…", ",", ";", ":", "،", "؛", "—"]
    /// A word of which so much was heard counts as heard.
    private static let heardPart = 0.7

    package let text: String
    private let rate: Int
    private var peak: Int16 = 0
    /// The loudest of each 10 ms.
    private var envelope: [Int16] = []
    private var open: (peak: Int16, count: Int) = (0, 0)
    /// Whether all of its sound is known.
    package private(set) var isWhole = false

    package init(text: String, rate: Int) {
        (self.text, self.rate) = (text, rate)
    }

    /// Samples known so far.
    package var count: Int { envelope.count * step + open.count }

    private var step: Int { rate / 100 }

    package mutating func add(_ samples: [Int16]) {
        for sample in samples {
            let size = sample == .min ? Int16.max : abs(sample)
            open.peak = max(open.peak, size)
            open.count += 1
            if open.count == step {
                envelope.append(open.peak)
                peak = max(peak, open.peak)
                open = (0, 0)
            }
        }
    }

    package mutating func finish() { isWhole = true }

    /// Its words that were heard when playing had come to `frame`.
    package func words(heardBy frame: Int) -> [Substring] {
        let words = text.split(whereSeparator: \.isWhitespace)
        if isWhole, frame >= count - step { return words }
        let ends = wordTimes(words)
        return zip(words, ends).prefix { _, time in
            Double(frame) >= time.start + (time.end - time.start) * Self.heardPart
        }.map(\.0)
    }

    /// Where to go on from, after playing stood still at `frame`: the last silence that is not so far back that what was heard
    /// would be heard again at length, or the beginning.
    package func resumption(before frame: Int, within reach: Int) -> Int {
        let runs = runs
        // A syllable after the silence was cut as well, so the silence has to lie before what was being said.
        let start = runs.last { $0.start <= frame }?.start ?? 0
        let earliest = frame - reach
        if start >= earliest { return max(0, start) }
        // Speech without a gap: by the quietest place there is.
        let range = max(0, earliest / step)..<max(max(0, earliest / step) + 1, frame / step)
        let quietest = range.filter { $0 < envelope.count }.min { envelope[$0] < envelope[$1] }
        return (quietest ?? 0) * step
    }

    /// Stretches of sound between gaps, in samples.
    private var runs: [Run] {
        let threshold = Int16(Double(peak) * Self.silence)
        var runs: [Run] = []
        for (index, loudest) in envelope.enumerated() where loudest > threshold {
            let (start, end) = (index * step, (index + 1) * step)
            if let last = runs.last, start - last.end < Self.gap * rate / 1000 {
                runs[runs.count - 1].end = end
            } else {
                runs.append(Run(start: start, end: end))
            }
        }
        return runs
    }

    /// Where each word begins and ends, in samples.
    private func wordTimes(_ words: [Substring]) -> [(start: Double, end: Double)] {
        let runs = runs
        // The voiced time is shared out by length; then it is laid into the stretches.
        let weights = words.map { Double(max(2, $0.filter { $0.isLetter || $0.isNumber }.count)) + 1 }
        let total = weights.reduce(0, +)
        let voiced = Double(runs.reduce(0) { $0 + $1.end - $1.start })
        // While the rest is still being made, its length is what is usual: 70 ms a letter.
        let scale = isWhole ? voiced / max(1, total) : Double(rate) * 0.065
        var times: [(start: Double, end: Double)] = []
        var done = 0.0
        for weight in weights {
            times.append((place(done, in: runs, isEnd: false), place(done + weight * scale, in: runs, isEnd: true)))
            done += weight * scale
        }
        return times
    }

    /// Where so much of the voiced time has passed.
    private func place(_ voiced: Double, in runs: [Run], isEnd: Bool) -> Double {
        var left = voiced
        for run in runs {
            let length = Double(run.end - run.start)
            if left < length || isEnd && left <= length { return Double(run.start) + left }
            left -= length
        }
        return Double(runs.last?.end ?? 0) + left
    }
}
