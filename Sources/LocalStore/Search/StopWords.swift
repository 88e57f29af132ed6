/// Words that say nothing about what a text is about, in the three ways the product's people write.
enum StopWords {
    /// Folded like tokens, so that a lookup needs no further work.
    static let all: Set<String> = english.union(urdu).union(romanUrdu)

    /// Roman Urdu function words that are not English words: they tell which language Latin letters are in.
    static let romanUrduHints: Set<String> = romanUrdu.subtracting([
        "is", "us", "in", "the", "to", "par", "main", "me", "he", "are", "hum", "ho", "do", "so", "hi", "an", "tab", "ab", "bus",
    ])

    private static func words(_ text: String) -> Set<String> {
        Set(text.split(whereSeparator: \.isWhitespace).map { TextNormalizer.normalize(String($0)) })
    }

    static let english = words(
        """
        a an the this that these those and or but if then else so than as of at by for from in into on onto to with without
        about over under up down out off again
        i me my mine myself we us our ours ourselves you your yours yourself yourselves he him his himself she her hers
        herself it its itself they them their theirs themselves
        am is are was were be been being do does did doing done have has had having can could will would shall should may
        might must ought
        what which who whom whose when where why how
        not no nor only just also too very really
        there here some any all both each few more most other such own same s t d ll m re ve
        im ive id ill youre youve youll hes shes its were theyre theyve dont doesnt didnt isnt arent wasnt werent cant
        couldnt wont wouldnt shouldnt havent hasnt hadnt thats whats whos wheres lets
        please tell
        """)

    static let urdu = words(
        """
        کا کی کے کو نے سے میں پر تک ہے ہیں ہوں ہو تھا تھی تھے تھیں ہوا ہوئی ہوئے ہوتا ہوتی ہوتے گا گی گے اور یا مگر لیکن
        یہ وہ جو کہ اس ان جس جن اسے انہیں انہوں کیا کون کب کہاں کیوں کیسے کیسا کیسی کتنا کتنی کتنے کونسا کونسی کس
        میرا میری میرے مجھے مجھ ہم ہمارا ہماری ہمارے ہمیں تم تمہارا تمہاری تمہارے تمہیں آپ اپنا اپنی اپنے تو بھی ہی نہ نہیں
        رہا رہی رہے گیا گئی گئے سا سی والا والی والے لیے ساتھ ایک دو بہت ذرا بتاؤ بتائیں کر کرتا کرتی کرتے کرنا ہاں جی
        """
    ).subtracting([TextNormalizer.normalize("دو")])

    static let romanUrdu = words(
        """
        ka ki ke ko ne se mein men mai main me par pe tak hai he hain hoon hun hu ho tha thi thay thy hua hui huye hota hoti
        hote ga gi ge aur ya magar lekin yeh ye woh wo jo keh is us in un jis jin isay usay unhen unhon kya kia kaun kon kab
        kahan kahaan kyun kyon kaise kaisa kaisi kitna kitni kitne konsa konsi kaunsa kaunsi kis
        mera meri mere mujhe mujhay mujh hum hamara hamari hamare humein hamein tum tumhara tumhari tumhare tumhein aap
        apna apni apne toh bhi hi na nahi nahin raha rahi rahe gaya gayi gaye sa si wala wali wale liye saath bohat bahut
        zara batao bataein maine kar karta karti karte karna haan han ji
        """)
}
