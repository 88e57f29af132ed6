/// The English (Porter 2) stemmer of the Snowball project, for lower-case ASCII words.
///
/// Words with other letters come back as they are, so it can be applied to mixed text.
package enum PorterStemmer {
    package static func stem(_ word: String) -> String {
        var bytes = Array(word.utf8)
        guard bytes.count > 2, bytes.allSatisfy({ (0x61...0x7A).contains($0) }) else { return word }
        if let exception = exceptions[word] { return exception }
        var stemmer = EnglishStem(&bytes)
        stemmer.run()
        return String(decoding: stemmer.result, as: UTF8.self)
    }

    private static let exceptions: [String: String] = [
        "skis": "ski", "skies": "sky", "dying": "die", "lying": "lie", "tying": "tie", "idly": "idl", "gently": "gentl",
        "ugly": "ugli", "early": "earli", "only": "onli", "singly": "singl", "sky": "sky", "news": "news", "howe": "howe",
        "atlas": "atlas", "cosmos": "cosmos", "bias": "bias", "andes": "andes",
    ]
}

/// One word on its way through the steps. `Y` (upper case) marks a y that is a consonant.
private struct EnglishStem {
    private var word: [UInt8]
    private var region1 = 0
    private var region2 = 0

    init(_ bytes: inout [UInt8]) {
        word = bytes
        for index in word.indices where word[index] == UInt8(ascii: "y") {
            if index == 0 || isVowel(index - 1) { word[index] = UInt8(ascii: "Y") }
        }
        region1 = regionAfterVowelAndConsonant(from: 0)
        for prefix in ["gener", "commun", "arsen"] where word.starts(with: prefix.utf8) { region1 = prefix.utf8.count }
        region2 = regionAfterVowelAndConsonant(from: region1)
    }

    var result: [UInt8] { word.map { $0 == UInt8(ascii: "Y") ? UInt8(ascii: "y") : $0 } }

    mutating func run() {
        step1a()
        guard !Self.keptAfterStep1a.contains(String(decoding: word, as: UTF8.self)) else { return }
        step1b()
        step1c()
        step2()
        step3()
        step4()
        step5()
    }

    private static let keptAfterStep1a: Set<String> = [
        "inning", "outing", "canning", "herring", "earring", "proceed", "exceed", "succeed",
    ]

    // MARK: Steps

    private mutating func step1a() {
        if ends("sses") {
            drop(2)
        } else if ends("ied") || ends("ies") {
            drop(word.count > 4 ? 2 : 1)
        } else if ends("us") || ends("ss") {
            return
        } else if ends("s"), word.count > 2, (0..<(word.count - 2)).contains(where: isVowel) {
            drop(1)
        }
    }

    private mutating func step1b() {
        if let suffix = longest(["eedly", "eed"]) {
            if inRegion1(suffix) { replace(suffix, with: "ee") }
            return
        }
        guard let suffix = longest(["ingly", "edly", "ing", "ed"]) else { return }
        guard (0..<(word.count - suffix.utf8.count)).contains(where: isVowel) else { return }
        drop(suffix.utf8.count)
        if ends("at") || ends("bl") || ends("iz") {
            word.append(UInt8(ascii: "e"))
        } else if endsInDouble {
            drop(1)
        } else if isShortWord {
            word.append(UInt8(ascii: "e"))
        }
    }

    private mutating func step1c() {
        guard word.count > 2, let last = word.last, last == UInt8(ascii: "y") || last == UInt8(ascii: "Y") else { return }
        if !isVowel(word.count - 2) { word[word.count - 1] = UInt8(ascii: "i") }
    }

    private mutating func step2() {
        guard let (suffix, replacement) = longest(Self.step2Rules), inRegion1(suffix) else { return }
        switch suffix {
        case "ogi": if letter(before: suffix) == UInt8(ascii: "l") { replace(suffix, with: replacement) }
        case "li": if let before = letter(before: suffix), "cdeghkmnrt".utf8.contains(before) { drop(2) }
        default: replace(suffix, with: replacement)
        }
    }

    private static let step2Rules = [
        ("ization", "ize"), ("ational", "ate"), ("fulness", "ful"), ("ousness", "ous"), ("iveness", "ive"),
        ("tional", "tion"), ("biliti", "ble"), ("lessli", "less"), ("entli", "ent"), ("ation", "ate"), ("alism", "al"),
        ("aliti", "al"), ("ousli", "ous"), ("iviti", "ive"), ("fulli", "ful"), ("enci", "ence"), ("anci", "ance"),
        ("abli", "able"), ("izer", "ize"), ("ator", "ate"), ("alli", "al"), ("bli", "ble"), ("ogi", "og"), ("li", ""),
    ]

    private mutating func step3() {
        guard let (suffix, replacement) = longest(Self.step3Rules), inRegion1(suffix) else { return }
        if suffix == "ative", !inRegion2(suffix) { return }
        replace(suffix, with: replacement)
    }

    private static let step3Rules = [
        ("ational", "ate"), ("tional", "tion"), ("alize", "al"), ("icate", "ic"), ("iciti", "ic"), ("ative", ""),
        ("ical", "ic"), ("ness", ""), ("ful", ""),
    ]

    private mutating func step4() {
        guard let suffix = longest(Self.step4Suffixes), inRegion2(suffix) else { return }
        if suffix == "ion", let before = letter(before: suffix), before != UInt8(ascii: "s"), before != UInt8(ascii: "t") {
            return
        }
        drop(suffix.utf8.count)
    }

    private static let step4Suffixes = [
        "ement", "ance", "ence", "able", "ible", "ment", "ant", "ent", "ism", "ate", "iti", "ous", "ive", "ize", "ion", "al",
        "er", "ic",
    ]

    private mutating func step5() {
        guard let last = word.last else { return }
        let start = word.count - 1
        if last == UInt8(ascii: "e") {
            if start >= region2 || (start >= region1 && !endsInShortSyllable(upTo: start)) { drop(1) }
        } else if last == UInt8(ascii: "l"), start >= region2, word.count > 1, word[start - 1] == UInt8(ascii: "l") {
            drop(1)
        }
    }

    // MARK: Letters and regions

    private func isVowel(_ index: Int) -> Bool {
        switch word[index] {
        case UInt8(ascii: "a"), UInt8(ascii: "e"), UInt8(ascii: "i"), UInt8(ascii: "o"), UInt8(ascii: "u"),
            UInt8(ascii: "y"):
            true
        default: false
        }
    }

    private func regionAfterVowelAndConsonant(from start: Int) -> Int {
        var index = start
        while index < word.count, !isVowel(index) { index += 1 }
        while index < word.count, isVowel(index) { index += 1 }
        return min(index + 1, word.count)
    }

    private func endsInShortSyllable(upTo end: Int) -> Bool {
        if end == 2 { return isVowel(0) && !isVowel(1) }
        guard end > 2, !isVowel(end - 1), isVowel(end - 2), !isVowel(end - 3) else { return false }
        return !"wxY".utf8.contains(word[end - 1])
    }

    private var isShortWord: Bool { region1 >= word.count && endsInShortSyllable(upTo: word.count) }

    private var endsInDouble: Bool {
        guard word.count > 1, let last = word.last, last == word[word.count - 2] else { return false }
        return "bdfgmnprt".utf8.contains(last)
    }

    private func ends(_ suffix: String) -> Bool {
        word.count >= suffix.utf8.count && word.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
    }

    private func longest(_ suffixes: [String]) -> String? { suffixes.first(where: ends) }
    private func longest(_ rules: [(String, String)]) -> (String, String)? { rules.first { ends($0.0) } }
    private func inRegion1(_ suffix: String) -> Bool { word.count - suffix.utf8.count >= region1 }
    private func inRegion2(_ suffix: String) -> Bool { word.count - suffix.utf8.count >= region2 }

    private func letter(before suffix: String) -> UInt8? {
        let index = word.count - suffix.utf8.count - 1
        return index >= 0 ? word[index] : nil
    }

    private mutating func drop(_ count: Int) { word.removeLast(count) }

    private mutating func replace(_ suffix: String, with replacement: String) {
        drop(suffix.utf8.count)
        word.append(contentsOf: replacement.utf8)
    }
}
