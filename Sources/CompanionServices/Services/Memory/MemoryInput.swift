import LocalStore

/// A memory that may be written: category, key and value have passed every rule. Making one is the only way to save.
package struct MemoryInput: Sendable, Hashable {
    /// Longest value kept, in characters as a reader counts them.
    package static let maximumValueLength = 4_000

    package let category: MemoryCategory
    package let key: MemoryKey
    package let value: String

    package init(category: MemoryCategory, key: MemoryKey, value: String) throws(MemoryInputError) {
        let cleaned = Self.clean(value)
        guard !cleaned.isEmpty else { throw .emptyValue }
        // A single character may carry any number of combining marks: those are bounded as well.
        let length = cleaned.count
        guard length <= Self.maximumValueLength, cleaned.unicodeScalars.count <= 4 * Self.maximumValueLength else {
            throw .valueTooLong(length: max(length, cleaned.unicodeScalars.count / 4), limit: Self.maximumValueLength)
        }
        self.category = category
        self.key = key
        self.value = cleaned
    }

    /// Takes what a person or a model wrote: any letter case of a known category, and a key that is English snake_case or
    /// becomes it (`Favorite Food`). A key and a value that look exchanged are refused, never guessed at.
    package init(category: String, key: String, value: String) throws(MemoryInputError) {
        let category = try MemoryCategory(validating: category.collapsingWhitespace)
        let cleanKey = Self.clean(key)
        if Self.looksSwapped(key: cleanKey, value: Self.clean(value)) { throw .swappedKeyAndValue(key: cleanKey) }
        // Letters outside a-z would silently vanish from the key: "میرا name" must not become "name".
        guard cleanKey.unicodeScalars.allSatisfy({ $0.isASCII || !$0.properties.isAlphabetic }) else {
            throw .malformedKey(cleanKey)
        }
        let lowered = cleanKey.lowercased()
        if lowered.hasPrefix("user_input_") { throw .reservedKey(cleanKey) }
        guard !Self.hasTimestamp(lowered) else { throw .malformedKey(cleanKey) }
        try self.init(category: category, key: MemoryKey(normalizing: cleanKey), value: value)
    }

    /// Line breaks and tabs become spaces, control characters and marks that turn the direction of the text around go, and
    /// so does white space at the ends. The joiners that Urdu spelling needs stay.
    package static func clean(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x09...0x0D, 0x85, 0x2028, 0x2029: scalars.append(" ")
            case 0x00...0x1F, 0x7F...0x9F: continue
            case 0x202A...0x202E, 0x2066...0x2069, 0xFEFF: continue
            default: scalars.append(scalar)
            }
        }
        let spaced = String(scalars)
        guard spaced != text || spaced.first?.isWhitespace == true || spaced.last?.isWhitespace == true else { return text }
        return trimmingWhitespace(spaced)
    }

    private static func trimmingWhitespace(_ text: String) -> String {
        guard let first = text.firstIndex(where: { !$0.isWhitespace }),
            let last = text.lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(text[first...last])
    }

    /// The key cannot be a key as it stands, while the value is one that is in common use (or, for a key in another script,
    /// has the form of one).
    static func looksSwapped(key: String, value: String) -> Bool {
        guard (try? MemoryKey(validating: key)) == nil, let candidate = try? MemoryKey(validating: value) else { return false }
        let keyIsForeign = key.unicodeScalars.contains { !$0.isASCII && $0.properties.isAlphabetic }
        return keyIsForeign || isConventional(candidate.text)
    }

    private static func isConventional(_ key: String) -> Bool {
        conventionalKeys.contains(key) || conventionalPrefixes.contains(where: key.hasPrefix)
            || conventionalSuffixes.contains(where: key.hasSuffix)
    }

    private static let conventionalKeys: Set<String> = [
        "name", "full_name", "first_name", "nickname", "age", "location", "city", "country", "occupation", "gender", "birthday",
        "pronouns", "main_interests", "mood", "hometown", "language",
    ]
    private static let conventionalPrefixes = ["favorite_", "favourite_", "likes_", "dislikes_", "recent_"]
    private static let conventionalSuffixes = ["_name", "_goal", "_plan", "_preference", "_occupation", "_birthday"]

    /// Ten digits in a row are a moment or a number made by a program, not a name for what is remembered.
    private static func hasTimestamp(_ key: String) -> Bool {
        var run = 0
        for byte in key.utf8 {
            run = (48...57).contains(byte) ? run + 1 : 0
            if run >= 10 { return true }
        }
        return false
    }
}
