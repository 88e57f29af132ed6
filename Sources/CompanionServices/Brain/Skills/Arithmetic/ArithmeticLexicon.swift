/// What a word contributes to a sum.
enum ArithmeticWord: Sendable, Hashable {
    case plus, minus, times, dividedBy, power, remainder
    case percent, half, third, quarter, double, triple
    case squareRoot, cubeRoot, squared, cubed, factorial
    case open, close
    case of, and, by, from, to
    /// Urdu's postpositions: "12 کو 7 سے ضرب".
    case object, with
    /// Words of asking that carry nothing: "what is", "please".
    case filler
    case add, subtract, multiply, divide, sum, difference, product
    case article
}

struct ArithmeticLexicon: Sendable {
    private let entries: [String: ArithmeticWord]

    static let english = ArithmeticLexicon(rows: englishRows)
    static let urdu = ArithmeticLexicon(rows: englishRows + urduRows)
    static let romanUrdu = ArithmeticLexicon(rows: englishRows + romanUrduRows)

    static func of(_ language: Language) -> ArithmeticLexicon {
        switch language {
        case .english: english
        case .urdu: urdu
        case .romanUrdu: romanUrdu
        }
    }

    private init(rows: [(ArithmeticWord, String)]) {
        var entries: [String: ArithmeticWord] = [:]
        for (meaning, words) in rows {
            for word in words.split(separator: " ") { entries[WordFolding.fold(String(word))] = meaning }
        }
        self.entries = entries
    }

    func meaning(of word: String) -> ArithmeticWord? { entries[word] }

    private static let englishRows: [(ArithmeticWord, String)] = [
        (.plus, "+ plus ➕"), (.minus, "- − – minus less negative ➖"), (.times, "* × x times multiplied ⋅ · ✕ ✖"),
        (.dividedBy, "/ ÷ divided over ➗"), (.power, "^ ** power"), (.remainder, "mod modulo remainder"),
        (.percent, "% ٪ percent percentage pc"), (.half, "half ½"), (.third, "third thirds"), (.quarter, "quarter quarters ¼"),
        (.double, "double twice"), (.triple, "triple thrice"), (.squareRoot, "√ sqrt squareroot"), (.squared, "squared ²"),
        (.cubed, "cubed ³"), (.factorial, "! factorial"), (.open, "( ["), (.close, ") ]"), (.of, "of"), (.and, "and"),
        (.by, "by into"),
        (.from, "from between"), (.to, "to"), (.with, "with"), (.article, "a an the"),
        (
            .filler,
            "what is how much does are will be calculate compute solve evaluate tell me please equals equal = == ? result value can you could"
        ),
        (
            .filler,
            "and's whats what's what’s 's ’s make makes come comes hey so ok okay number answer do give find work out just quickly now"
        ),
        (.add, "add"), (.subtract, "subtract"), (.multiply, "multiply"), (.divide, "divide"), (.sum, "sum total"),
        (.difference, "difference"), (.product, "product"),
    ]

    private static let urduRows: [(ArithmeticWord, String)] = [
        (.plus, "جمع پلس"), (.minus, "منفی نفی تفریق مائنس"), (.times, "ضرب گنا ٹائمز"), (.dividedBy, "تقسیم"), (.power, "طاقت"),
        (.percent, "فیصد فیصدی پرسنٹ"), (.half, "آدھا نصف آدھے آدھی"), (.third, "تہائی"), (.quarter, "چوتھائی"),
        (.double, "دگنا دوگنا ڈبل"),
        (.triple, "تگنا"), (.squareRoot, "جذر"), (.squared, "مربع"), (.cubed, "مکعب"), (.of, "کا کی کے"), (.and, "اور"),
        (.object, "کو میں"),
        (.with, "سے پر"), (.subtract, "نکالو نکالیں گھٹاؤ گھٹائیں نکال گھٹا"),
        (
            .filler,
            "کیا ہے ہیں ہو ہوتا ہوتے ہوتی ہوگا ہوں گے گا کتنا کتنے کتنی بتاؤ بتائیں بتا دو دیں دیجیے کرو کریں کر کرنے کرکے کریے مجھے حساب جواب ؟ ذرا بنتا"
        ),
        (.filler, "بنتے بنتی حاصل برابر تو پھر"),
    ]

    private static let romanUrduRows: [(ArithmeticWord, String)] = [
        (.plus, "jama jamaa jamma"), (.minus, "manfi nafi tafreeq"), (.times, "zarb zarab guna"),
        (.dividedBy, "taqseem taqsim takseem"),
        (.power, "taqat"), (.percent, "feesad fisad faisad fisd feesadi"), (.half, "aadha adha aadhay adhay nisf"),
        (.third, "tihai"),
        (.quarter, "chothai chauthai"), (.double, "dugna dogna"), (.triple, "tigna"), (.squareRoot, "jazar jazr"),
        (.squared, "murabba"),
        (.cubed, "mukaab"), (.of, "ka ki ke kay k"), (.and, "aur or"), (.object, "ko mein me main"), (.with, "se say par pe"),
        (.subtract, "nikalo nikalein ghatao"),
        (
            .filler,
            "kya kia hai hain ho hota hotay hote hoti hoga honge kitna kitnay kitne kitni batao bataen bata dein karo karen kar karke mujhe"
        ),
        (.filler, "hisaab hisab jawab zara banta bantay bante to tou phir"),
    ]
}
