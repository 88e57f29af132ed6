/// Verb forms that tell past from future.
struct TenseLexicon: Sendable {
    /// Where one clause ends and the next begins.
    let boundaries: WordSet
    let past: WordSet
    let future: WordSet
    /// Endings of a future written in one word: ہوگا, jaunga.
    let futureEndings: [String]
    let notFuture: WordSet
    let copulas: WordSet
    let progressive: WordSet
    let perfective: WordSet
    /// Verb stems before a progressive.
    let stems: WordSet
    let imperatives: WordSet
    /// نے marks who did it.
    let agent: WordSet
    /// Words after the verb.
    let fillers: WordSet
    private let imperfectiveEndings: [String]
    private let infinitiveEndings: [String]

    func hasFutureEnding(_ word: String) -> Bool {
        letters(word) >= 4 && !notFuture.contains(word) && futureEndings.contains { word.ends(with: $0) }
    }

    func isImperfective(_ word: String) -> Bool {
        letters(word) >= 3 && imperfectiveEndings.contains { word.ends(with: $0) }
    }

    func isInfinitive(_ word: String) -> Bool {
        letters(word) >= 3 && infinitiveEndings.contains { word.ends(with: $0) } && !agent.contains(word)
    }

    private static func set(_ words: String) -> WordSet { WordSet(words) }

    /// Urdu letters take two bytes.
    private func letters(_ word: String) -> Int {
        word.utf8.count / ((word.utf8.first ?? 0) < 0x80 ? 1 : 2)
    }

    private static func list(_ words: String) -> [String] { words.split(separator: " ").map { WordFolding.fold(String($0)) } }

    static let urdu = TenseLexicon(
        boundaries: set("اور لیکن مگر پھر کیونکہ جبکہ ۔ , ، جب تو"),
        past: set("تھا تھی تھے تھیں چکا چکی چکے"),
        future: set("گا گی گے چاہیے چاہئے"),
        futureEndings: list("ونگا ونگی ینگے ینگی یگا یگی ئےگا ئےگی ہوگا ہوگی ہونگے ہوگے وگے ائیگا"),
        notFuture: set("زندگی سادگی"),
        copulas: set("ہے ہیں ہوں ہو"),
        progressive: set("رہا رہی رہے والا والی والے"),
        perfective: set(
            """
            گیا گئی گئے گئیں کیا کی کیے کئے ہوا ہوئی ہوئے ہوئیں ملا ملی ملے دیکھا دیکھی دیکھے کہا کہی کہے بتایا بتائی بتائے سنا سنی \
            سنے کھایا کھائی کھائے پیا پی پیے لیا لی لیے لئے دیا دی دیے دئے آیا آئی آئے آئیں سویا سوئی سوئے اٹھا اٹھی اٹھے پڑھا پڑھی \
            پڑھے لکھا لکھی لکھے خریدا خریدی خریدے بیچا بیچی چلا چلی چلے پہنچا پہنچی پہنچے بیٹھا بیٹھی گزرا گزری گزارا گزاری رہا رہی \
            رہے نکلا نکلی نکلے پوچھا پوچھی بلایا بلائی بھیجا بھیجی لگا لگی لگے بنایا بنائی بنائے بھولا بھولی بھولے مرا فوت ہارا جیتا \
            جیتی ہاری لایا لائی لائے ڈالا ڈالی رکھا رکھی رکھے کھیلا کھیلی کھیلے سیکھا سیکھی بولا بولی بولے آگیا آگئی ہوگیا ہوگئی
            """),
        stems: set("جا کر آ دے لے ہو مل پڑھ لکھ کھا بن دیکھ چل بھیج بلا"),
        imperatives: set("دلانا دینا کرنا دو کرو دلاؤ دلائیں دلائیے کریں بتانا اٹھانا جگانا رکھنا لگاؤ لگائیں"),
        agent: set("نے"),
        fillers: set("؟ ? ۔ . ! نا نہ ناں یار جی بھی ہی"),
        imperfectiveEndings: list("تا تی تے تیں"),
        infinitiveEndings: list("نا نی"))

    static let romanUrdu = TenseLexicon(
        boundaries: set("aur lekin magar phir kyunke kyunki jabke , . jab tou"),
        past: set("tha thi thay they thein chuka chuki chukay chuke"),
        future: set("ga gi gay ge chahiye chahiyay chahye"),
        futureEndings: list(
            "unga ungi oonga oongi aunga aungi ega egi ega ayga aygi enge engay ainge aingay aenge hoga hogi honge hongay oga ogi yega yegi"
        ),
        notFuture: set("mega omega"),
        copulas: set("hai hain hy he hoon hun hu ho h"),
        progressive: set("raha rahi rahe rahay rha rhi rhe wala wali walay wale"),
        perfective: set(
            """
            gaya gayi gai gaye gaey gya gyi kiya kia kya ki kiye kiey hua hui huay huway mila mili milay mile dekha dekhi dekhay dekhe kaha kahi \
            bataya batayi bataye suna suni khaya khayi khai khaye piya pia liya lia li liye diya dia di diye aaya aya aayi aai ayi \
            aaye aye soya soyi utha uthi uthay parha parhi likha likhi khareeda kharida khareedi becha chala chali chalay pohancha \
            pohnchi pahuncha betha guzra guzri guzara rha raha rahi rahe nikla nikli poocha pucha bulaya bheja bheji laga lagi banaya \
            banayi bhoola bhula jeeta haara laya layi rakha khela kheli seekha seekhi bola boli
            """),
        stems: set("ja jaa kar aa a de le ho mil parh likh kha ban dekh chal bhej bula"),
        imperatives: set("dilana dena karna do karo dilao dilaen dilayen karen batana uthana jagana rakhna lagao"),
        agent: set("ne nay"),
        fillers: set("? . ! na nah yaar yar ji bhi hi"),
        imperfectiveEndings: list("ta ti te tay tein"),
        infinitiveEndings: list("na ni"))

    static let englishPast: WordSet = set(
        """
        was were did had went said told saw met got came made took gave bought ate slept woke left ran drove flew spoke read wrote found felt \
        heard knew thought began became lost won paid sent spent taught caught brought kept held sat stood ago happened forgot broke chose drank \
        fell grew sang swam wore built
        """)
    static let englishFuture: WordSet = set(
        "will 'll shall would going gonna must should need remind tomorrow plan planning want have meeting wake set schedule coming"
    )
    static let notPast: WordSet = set(
        "need feed speed indeed married tired interested wednesday excited scheduled supposed bored worried")
}
