/// Which scripts a language is written in. Models that hear or answer Urdu fall into that of Hindi now and then.
enum SpeechScript {
    /// Whether a recogniser's words can be what somebody said in `language`: Urdu in its own letters or in Latin ones, which the
    /// companion understands as well; English in Latin letters. A foreign word or name among them is no other script.
    static func accepts(_ text: String, in language: Language) -> Bool {
        let letters = text.unicodeScalars.filter(\.properties.isAlphabetic)
        let known = letters.count { isLatin($0) || (language != .english && isUrdu($0)) }
        return known * 3 >= letters.count * 2
    }

    static func isUrdu(_ scalar: Unicode.Scalar) -> Bool {
        (0x0600...0x06FF).contains(scalar.value) || (0x0750...0x077F).contains(scalar.value)
            // The same letters in the forms that old programs write.
            || (0xFB50...0xFDFF).contains(scalar.value) || (0xFE70...0xFEFF).contains(scalar.value)
    }

    static func isLatin(_ scalar: Unicode.Scalar) -> Bool { scalar.value < 0x0250 }
}
