import CLinux
import CSherpa
import Foundation

/// Moonshine in onnxruntime: a network that hears a piece of sound as a whole, and one that writes down what is said in it, token
/// after token. Belongs to one thread.
///
/// The second one brings all its weights from 8 bits to floating point whenever it is asked, which takes ten times as long as a
/// token does. So it is asked about many tokens at once where these can be guessed: what was written about a little less sound is
/// nearly always right, and one question says how far. The result is the same as without guessing.
final class MoonshineNetwork {
    /// Samples a second.
    static let rate = 16_000
    /// The model needs some sound to work on at all; half a second.
    private static let least = 8_000
    /// Nobody says more tokens in a second; a model that repeats itself does.
    private static let mostTokens = (perSecond: 6.5, more: 8)
    /// Guesses worth a question: what is left after a wrong one is tried again, so often, if it is that long.
    private static let (tries, leastGuess) = (3, 6)
    /// Shape of the decoder's memory.
    private static let (layers, heads, width) = (8, 8, 52)

    /// What was written.
    struct Reading {
        var tokens: [Int] = []
        /// False when the task was cancelled before it came to its end.
        var isWhole = true
    }

    private let runtime: OnnxRuntime
    private let encoder: OnnxSession
    private let decoder: OnnxSession
    let vocabulary: MoonshineVocabulary

    init(engine: InstalledModel, model: InstalledModel) throws(LibraryError) {
        runtime = try OnnxRuntime(library: engine.path("libonnxruntime.so"))
        try runtime.shareArena()
        let settings = OnnxSession.Settings(threads: ProcessorCount.forModels, sharesArena: true)
        encoder = try OnnxSession(
            runtime, mapping: MappedFile(model.path("encoder_model.ort")), inputs: ["input_values"],
            outputs: ["last_hidden_state"], settings: settings)
        let memory = (0..<Self.layers).flatMap { layer in
            ["decoder.key", "decoder.value", "encoder.key", "encoder.value"].map { "\(layer).\($0)" }
        }
        decoder = try OnnxSession(
            runtime, mapping: MappedFile(model.path("decoder_model_merged.ort")),
            inputs: ["input_ids", "encoder_hidden_states"] + memory.map { "past_key_values.\($0)" } + ["use_cache_branch"],
            outputs: ["logits"] + memory.map { "present.\($0)" }, settings: settings)
        let file = model.path("tokenizer.bin")
        guard let data = FileManager.default.contents(atPath: file), let words = MoonshineVocabulary(data) else {
            throw LibraryError(reason: "\(file) is not what was expected")
        }
        vocabulary = words
    }

    /// Writes down what is said in `samples`, -1…1.
    /// - Parameter guess: what it will say, perhaps.
    func read(_ samples: [Float], guess: [Int] = []) throws(LibraryError) -> Reading {
        var reading = Reading()
        guard samples.contains(where: { abs($0) > 0.0005 }) else { return reading }
        guard !Task.isCancelled else { return Reading(isWhole: false) }
        let padded = samples + [Float](repeating: 0, count: max(0, Self.least - samples.count))
        let sound = try OnnxTensor(padded, shape: [1, padded.count], of: runtime)
        guard let heard = try encoder.run([sound]).first else { throw LibraryError(reason: "the model gave nothing") }
        var writing = Writing(
            guess: guess, most: Int(Self.mostTokens.perSecond * Double(samples.count) / Double(Self.rate)) + Self.mostTokens.more)
        while !writing.isDone {
            guard !Task.isCancelled else {
                reading.isWhole = false
                break
            }
            try write(heard, &writing)
        }
        reading.tokens = writing.tokens
        return reading
    }

    /// Gives back the memory that reading needs. The next time takes a little longer.
    func rest() throws(LibraryError) {
        let silence = try OnnxTensor([Float](repeating: 0, count: Self.least), shape: [1, Self.least], of: runtime)
        _ = try encoder.run([silence], returnsMemory: true)
        encoder.rest()
        decoder.rest()
        malloc_trim(0)
    }

    // MARK: Writing

    /// How far the decoder has come.
    private struct Writing {
        /// What may follow.
        var guess: [Int]
        let most: Int
        var tokens: [Int] = []
        var isDone = false
        var triesLeft = MoonshineNetwork.tries
        /// What the decoder remembers of the tokens and the sound.
        var memory: [OnnxTensor] = []

        init(guess: [Int], most: Int) {
            (self.guess, self.most) = (Array(guess.prefix(most)), most)
        }

        /// Takes the decoder's choice for the next token; whether the guess was the same and the next choice counts as well.
        mutating func take(_ token: Int) -> Bool {
            guard token != MoonshineVocabulary.end, tokens.count < most else {
                isDone = true
                return false
            }
            tokens.append(token)
            if let surplus = TokenLoop.repetition(atEndOf: tokens) {
                tokens.removeLast(surplus)
                isDone = true
                return false
            }
            guard !guess.isEmpty else { return false }
            if guess.first == token {
                guess.removeFirst()
                return true
            }
            // Where the guess goes on: after the same token if that comes soon, else after the one that was wrong.
            let same = guess.prefix(4).firstIndex(of: token)
            guess.removeFirst((same ?? 0) + 1)
            return false
        }
    }

    /// Asks the decoder once.
    private func write(_ heard: OnnxTensor, _ writing: inout Writing) throws(LibraryError) {
        let isFirst = writing.memory.isEmpty
        let guesses = writing.triesLeft > 0 && (isFirst ? !writing.guess.isEmpty : writing.guess.count >= Self.leastGuess)
        if guesses { writing.triesLeft -= 1 } else { writing.guess.removeAll() }
        // With guesses all is asked anew: only then each token is judged by those before it alone.
        let remembers = !isFirst && !guesses
        let written = [MoonshineVocabulary.start] + writing.tokens
        let asked = remembers ? Array(written.suffix(1)) : written + writing.guess
        if !remembers { writing.memory = try blank() }
        let results = try decoder.run(
            [OnnxTensor(asked.map { Int64($0) }, shape: [1, asked.count], of: runtime), heard] + writing.memory
                + [OnnxTensor([remembers], shape: [1], of: runtime)])
        let before = asked.count - (remembers ? 0 : writing.guess.count)
        var kept = before
        var row = before - 1
        while writing.take(try Self.best(in: results[0], row: row, of: asked.count)) {
            row += 1
            kept += 1
        }
        guard !writing.isDone else { return }
        let memory = Array(results.dropFirst())
        if remembers {
            // What it remembers of the sound does not change.
            for index in memory.indices where index % 4 < 2 { writing.memory[index] = memory[index] }
        } else {
            writing.memory = memory
            guard kept < asked.count else { return }
            for index in memory.indices where index % 4 < 2 {
                writing.memory[index] = try shortened(memory[index], to: kept)
            }
        }
    }

    private func blank() throws(LibraryError) -> [OnnxTensor] {
        let empty = try OnnxTensor([Float](), shape: [1, Self.heads, 0, Self.width], of: runtime)
        return [OnnxTensor](repeating: empty, count: 4 * Self.layers)
    }

    /// The first `count` tokens of what is remembered.
    private func shortened(_ tensor: OnnxTensor, to count: Int) throws(LibraryError) -> OnnxTensor {
        let all = try tensor.numbers(Float.self)
        let shorter = try OnnxTensor(
            [Float](repeating: 0, count: Self.heads * count * Self.width), shape: [1, Self.heads, count, Self.width], of: runtime)
        let kept = try shorter.numbers(Float.self)
        let (length, rest) = (all.count / Self.heads, kept.count / Self.heads)
        for head in 0..<Self.heads {
            _ = UnsafeMutableBufferPointer(rebasing: kept[(head * rest)..<((head + 1) * rest)])
                .update(fromContentsOf: all[(head * length)..<(head * length + rest)])
        }
        return shorter
    }

    /// The most likely token after the one in a row of so many.
    private static func best(in logits: OnnxTensor, row: Int, of rows: Int) throws(LibraryError) -> Int {
        let numbers = try logits.numbers(Float.self)
        let width = numbers.count / rows
        guard let start = numbers.baseAddress else { throw LibraryError(reason: "the model gave nothing") }
        return conn_largest(start + row * width, width)
    }
}
