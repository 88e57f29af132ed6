/// Hears the words that wake the companion.
package protocol WakeWordDetector: Sendable {
    /// What it listens for, as one would write it.
    var phrases: [String] { get }

    /// Takes the next samples, of any number: one channel, 16,000 a second.
    /// - Returns: the phrase that was heard to its end within them. A phrase that goes on counts once.
    func accept(_ samples: [Int16]) throws -> WakeWord?

    /// Forgets the sound so far: what comes next does not follow it.
    func reset()
}

package struct WakeWord: Sendable, Hashable {
    package let phrase: String
    /// How sure the model is, 0…1.
    package let probability: Float

    package init(phrase: String, probability: Float) {
        (self.phrase, self.probability) = (phrase, probability)
    }
}
