import LocalStore

/// What short things said mean for whose turn it is, in English, Urdu and Urdu in Latin letters. Everything here is decided by
/// words alone, at once and without the brain.
package enum SpokenSigns {
    package enum Sign: Sendable, Hashable {
        /// No words at all.
        case nothing
        /// Be silent.
        case stop
        /// Wait, I am not done.
        case hold
        /// I follow; go on.
        case backChannel
        /// Something to be taken in.
        case speech
    }

    package static func sign(of text: String) -> Sign {
        let words = words(text)
        if words.isEmpty { return .nothing }
        if consists(words, of: stops) { return .stop }
        if consists(words, of: holds) { return .hold }
        if consists(words, of: backChannels) { return .backChannel }
        // "Stop, stop" and "bas karo yaar": the address changes nothing.
        if words.count <= 5, consists(words, of: stops.union(addresses)), contains(words, stops) { return .stop }
        return .speech
    }

    /// Whether so few words begin as somebody does who only follows: the rest may be misheard as yet.
    package static func mayBeBackChannel(_ text: String) -> Bool {
        let words = words(text)
        guard words.count <= 4, !contains(words, stops) else { return false }
        return (1...3).contains { $0 <= words.count && backChannels.contains(Array(words.prefix($0))) }
    }

    /// Whether it ends in the middle of something: with a word that something has to follow.
    package static func isUnfinished(_ text: String) -> Bool {
        let words = words(text)
        guard let last = words.last else { return false }
        let trimmed = text.trimmingWhitespace
        // A recogniser that writes a question mark is sure of it; a full stop is put everywhere.
        if trimmed.hasSuffix("?") || trimmed.hasSuffix("؟") || trimmed.hasSuffix("!") { return false }
        if trimmed.hasSuffix("...") || trimmed.hasSuffix("…") || trimmed.hasSuffix(",") || trimmed.hasSuffix("،") { return true }
        return dangling.contains(last) || danglingPairs.contains(Array(words.suffix(2)))
    }

    /// Whether `heard` is what we are saying: at least 70 % of its words in our own order, and enough of them to be no accident.
    package static func isEcho(_ heard: String, of said: String) -> Bool {
        let (heard, said) = (words(heard), words(said))
        guard !heard.isEmpty, !said.isEmpty else { return false }
        // One or two words alike are a person agreeing with us, unless they are all there is.
        if heard.count < 3 { return heard == said }
        return Double(longestCommon(heard, said)) >= 0.7 * Double(heard.count)
    }

    /// What is left of `heard` when its beginning is what we were saying: somebody spoke right after us, or while the room still
    /// gave it back. All of it, when that is not so.
    package static func withoutEcho(_ heard: String, of said: String) -> String {
        let pieces = heard.split(whereSeparator: \.isWhitespace)
        let said = words(said)
        var (begin, best, length) = (pieces.startIndex, 0.0, 0)
        var own: [String] = []
        for (index, piece) in pieces.enumerated() {
            let new = words(String(piece))
            own += new
            let alike = longestCommon(own, said)
            // A misheard word counts against it, and less than one that was heard speaks for it.
            let worth = Double(alike) - 0.5 * Double(own.count - alike)
            guard let last = new.last, said.contains(last), worth > best else { continue }
            (begin, best, length) = (index + 1, worth, own.count)
        }
        guard length >= 3, best >= 0.55 * Double(length), begin < pieces.endIndex else { return heard }
        return String(heard[pieces[begin].startIndex...])
    }

    /// Spellings of one word brought together.
    static func words(_ text: String) -> [String] {
        TextNormalizer.tokens(text).map(RomanSpelling.fold)
    }

    private static func consists(_ words: [String], of phrases: Set<[String]>) -> Bool {
        var rest = words[...]
        outer: while !rest.isEmpty {
            for length in (1...3).reversed() where length <= rest.count && phrases.contains(Array(rest.prefix(length))) {
                rest = rest.dropFirst(length)
                continue outer
            }
            return false
        }
        return true
    }

    private static func contains(_ words: [String], _ phrases: Set<[String]>) -> Bool {
        words.indices.contains { start in
            (1...3).contains { start + $0 <= words.count && phrases.contains(Array(words[start..<start + $0])) }
        }
    }

    private static func longestCommon(_ left: [String], _ right: [String]) -> Int {
        var row = [Int](repeating: 0, count: right.count + 1)
        for word in left {
            var diagonal = 0
            for (index, other) in right.enumerated() {
                let above = row[index + 1]
                row[index + 1] = word == other ? diagonal + 1 : max(above, row[index])
                diagonal = above
            }
        }
        return row.last ?? 0
    }

    private static func phrases(_ list: String) -> Set<[String]> {
        Set(list.split(separator: ",").map { words(String($0)) }.filter { !$0.isEmpty })
    }

    private static let stops = phrases(
        """
        stop, stop it, stop talking, stop there, be quiet, quiet, shut up, enough, that is enough, thats enough, never mind,
        nevermind, cancel, silence, hush, shush,
        ruk jao, ruk jaao, ruk jaiye, ruk ja, ruk, bas, bus, bas karo, bas kar, bas kijiye, bas karein, chup, chup karo,
        chup kar, chup raho, chup ho jao, khamosh, khamosh ho jao, rehne do, rehne dein, band karo, chor do, chhor do,
        رک جاؤ, رک جائیں, رک جائیے, رک جا, رک, بس, بس کرو, بس کر, بس کریں, بس کیجیے, چپ, چپ کرو, چپ کر, چپ رہو, چپ ہو جاؤ, خاموش, خاموش ہو جاؤ, رہنے دو,
        رہنے دیں, بند کرو, سٹاپ, اسٹاپ
        """)

    private static let holds = phrases(
        """
        wait, wait a minute, wait a second, hold on, hang on, one moment, one second, one minute, just a moment, just a second,
        give me a moment, let me think,
        ruko, rukiye, ruko zara, zara ruko, thehro, thehriye, ek minute, ek minat, ek second, ek lamha, sochne do,
        رکو, رکیے, رکیں, ذرا رکو, ٹھہرو, ٹھہریے, ایک منٹ, ایک سیکنڈ, ایک لمحہ, سوچنے دو
        """)

    private static let backChannels = phrases(
        """
        hm, hmm, mm, mhm, mm hm, uh huh, uhuh, um, uh, ah, oh, eh, yeah, yes, yep, yup, ok, okay, right, sure, i see, really, wow,
        aha, nice, good, great, cool, go on, got it,
        haan, han, haan ji, ji, ji haan, ji ji, acha, achha, theek, theek hai, thik hai, sahi, sahi hai, wah, oho, achha ji,
        ہاں, ہاں جی, جی, جی ہاں, اچھا, اچھا جی, ٹھیک, ٹھیک ہے, صحیح, صحیح ہے, واہ, اوہو, ہم, ہمم, اوکے
        """)

    private static let addresses = phrases(
        """
        please, now, now please, ok, okay, hey, no, yaar, ab, abhi, bhai, acha, oh, alright, just,
        پلیز, یار, اب, ابھی, بھائی, اچھا, نہیں
        """)

    private static let dangling = Set(
        """
        and or but because so if when while that which who whose than as to of in on at for from with without about into the a an
        my your his her our their is are was were am im very um uh er erm like then also
        aur ya lekin magar kyunke kyunki agar jab tak phir mera meri mere tumhara tumhari apna apni apne ka ki ke ko se mein par
        kuch matlab yaani taake balke bohat bahut
        اور یا لیکن مگر کیونکہ اگر جب تک پھر میرا میری میرے اپنا اپنی اپنے کا کی کے کو سے میں پر مطلب یعنی تاکہ بلکہ بہت کہ
        """.split(whereSeparator: \.isWhitespace).flatMap { words(String($0)) })

    private static let danglingPairs = phrases(
        "name is, is called, going to, want to, have to, ka naam, naam hai, mera naam, کا نام, میرا نام, نام ہے")
}

extension String {
    fileprivate var trimmingWhitespace: Substring {
        var text = self[...]
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
