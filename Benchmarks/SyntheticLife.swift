import Foundation
import LocalStore

/// A made-up person who has talked for three years, half of it in Urdu. The same seed gives the same life.
struct SyntheticLife {
    private var random: SplitMix

    init(seed: UInt64) { random = SplitMix(state: seed) }

    /// A sentence of eight to fourteen words; rare words are rare as in real talk (Zipf), and names and numbers vary.
    mutating func sentence() -> (text: String, language: String) {
        let urdu = random.next() % 2 == 0
        let (openings, words) = urdu ? (Self.urduOpenings, Self.urduWords) : (Self.englishOpenings, Self.englishWords)
        var parts = [openings[Int(random.next() % UInt64(openings.count))]]
        for _ in 0..<(5 + Int(random.next() % 6)) { parts.append(word(words, urdu: urdu)) }
        return (parts.joined(separator: " "), urdu ? "ur" : "en")
    }

    mutating func memory(_ number: Int) -> (category: MemoryCategory, key: String, value: String) {
        let categories: [MemoryCategory] = [.fact, .preference, .interest, .goal, .relationship, .experience, .plan, .opinion]
        let topic = Self.topics[Int(random.next() % UInt64(Self.topics.count))]
        let urdu = random.next() % 2 == 0
        let words = urdu ? Self.urduWords : Self.englishWords
        let value = (0..<(2 + Int(random.next() % 4))).map { _ in word(words, urdu: urdu) }.joined(separator: " ")
        return (categories[number % categories.count], "\(topic)_\(number)", value)
    }

    /// What a person may ask, about something that was said.
    mutating func question() -> String {
        let urdu = random.next() % 2 == 0
        let topic = Self.topics[Int(random.next() % UInt64(Self.topics.count))]
        return urdu
            ? "\(word(Self.urduWords, urdu: true)) اور \(word(Self.urduWords, urdu: true)) کے بارے میں میں نے کیا کہا تھا؟"
            : "what did I tell you about my \(topic) and \(word(Self.englishWords, urdu: false)) \(word(Self.englishWords, urdu: false))?"
    }

    private mutating func word(_ words: [String], urdu: Bool) -> String {
        // Rank r with a probability near 1/r, over the listed words and a long tail of made-up names.
        let share = Double(random.next() >> 11) / Double(UInt64(1) << 53)
        let rank = Int(exp(share * log(Double(Self.vocabulary)))) - 1
        if rank < words.count { return words[rank] }
        return Self.name(rank, urdu: urdu)
    }

    private static let vocabulary = 20_000

    private static func name(_ number: Int, urdu: Bool) -> String {
        let syllables =
            urdu
            ? ["کا", "ری", "مو", "نی", "سا", "لو", "دی", "را", "بی", "تو", "شا", "وی", "گل", "زا", "فی", "خو"]
            : ["ka", "ri", "mo", "ni", "sa", "lo", "de", "ra", "bi", "to", "sha", "vi", "gul", "za", "fe", "kho"]
        var (rest, text) = (number, "")
        for _ in 0..<4 {
            text += syllables[rest % 16]
            rest /= 16
        }
        return text
    }

    private static let topics = words(
        "sister brother mother father wife work office food travel school music cricket garden health car house friend book film "
            + "birthday wedding exam budget language neighbour doctor holiday phone weather dream")
    private static let englishOpenings = [
        "I think", "today we had", "my friend said", "I really like", "we went to see", "maybe",
    ]
    private static let urduOpenings = [
        "مجھے لگتا ہے", "آج ہم نے", "میرے دوست نے کہا", "مجھے بہت پسند ہے", "ہم دیکھنے گئے", "شاید",
    ]
    private static let englishWords = words(
        """
        work family home food friend school city week evening car book music film tea cricket garden brother sister mother father
        office project meeting market village river mountain weather summer winter rain holiday train road doctor exam teacher
        student computer phone picture story dinner breakfast rice chicken bread mango apple cake wedding birthday child baby
        neighbour kitchen window door money price shirt shoes colour green blue guitar song dance poem letter newspaper football
        match team player score hospital medicine headache sleep dream morning walk run swim bicycle airport ticket visa hotel beach
        island forest bird cat dog horse tree flower rose shop tailor barber plumber electrician engine battery bridge tower
        """)
    private static let urduWords = words(
        """
        کام گھر کھانا دوست سکول شہر ہفتہ شام گاڑی کتاب موسیقی فلم چائے کرکٹ باغ بھائی بہن امی ابو دفتر منصوبہ ملاقات بازار گاؤں دریا
        پہاڑ موسم گرمی سردی بارش چھٹی ٹرین سڑک ڈاکٹر امتحان استاد طالب کمپیوٹر فون تصویر کہانی ناشتہ چاول مرغی روٹی آم سیب کیک شادی
        سالگرہ بچہ پڑوسی باورچی کھڑکی دروازہ پیسے قیمت قمیض جوتے رنگ سبز نیلا گٹار گانا رقص نظم خط اخبار فٹبال میچ ٹیم کھلاڑی ہسپتال
        دوائی نیند خواب صبح سیر دوڑ تیراکی سائیکل ہوائی ٹکٹ ویزا ہوٹل ساحل جزیرہ جنگل پرندہ بلی کتا گھوڑا درخت پھول گلاب دکان درزی
        """)

    private static func words(_ text: String) -> [String] { text.split(whereSeparator: \.isWhitespace).map(String.init) }
}

/// A small generator with a seed (SplitMix64).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

extension SyntheticLife {
    /// Whose life it is.
    static func person() throws -> UserID { try UserID("6b1f0c2e-5a3d-4f7b-9c1e-2d4a6b8c0e1f") }

    /// Fills a store; the last message was said an hour before `end`.
    static func live(in store: PersonStore, clock: BenchClock, end: Timestamp, memories: Int, messages: Int) async throws {
        var life = SyntheticLife(seed: 42)
        let turnsAConversation = 40
        let conversations = max((messages + turnsAConversation - 1) / turnsAConversation, 1)
        for number in 0..<conversations {
            let age = Double(conversations - number) / Double(conversations) * 3 * 365 * 86_400
            clock.set(end.advanced(by: -3600 - age))
            var said: [(text: String, language: String)] = []
            for _ in 0..<min(turnsAConversation, messages - number * turnsAConversation) { said.append(life.sentence()) }
            var learned: [(number: Int, what: (category: MemoryCategory, key: String, value: String))] = []
            for memory in (number * memories / conversations)..<((number + 1) * memories / conversations) {
                learned.append((memory, life.memory(memory)))
            }
            try await store.write { [said, learned] transaction in
                _ = try transaction.ensureProfile()
                let conversation = try transaction.startConversation(channel: "terminal", language: "en")
                var last: String?
                for (index, sentence) in said.enumerated() {
                    last =
                        try transaction.appendMessage(
                            conversationID: conversation.id, role: index % 2 == 0 ? .user : .assistant, text: sentence.text,
                            language: sentence.language, details: [:]
                        ).id
                }
                for memory in learned {
                    _ = try transaction.saveMemory(
                        category: memory.what.category, key: MemoryKey(validating: memory.what.key), value: memory.what.value,
                        provenance: Provenance(source: .said, messageID: last))
                }
                try transaction.endConversation(id: conversation.id)
            }
        }
        clock.set(end)
    }
}
