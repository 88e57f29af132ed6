import Testing

@testable import CompanionServices

@Suite struct SignalLexiconTests {
    let lexicon: SignalLexicon

    init() throws {
        lexicon = try SignalLexicon()
    }

    @Test(
        "signals are found in three spellings",
        arguments: [
            ("ok bye, talk tomorrow", Signal.goodbye), ("اللہ حافظ", .goodbye), ("acha khuda hafiz", .goodbye),
            ("I have an interview on Monday", .important), ("کل میرا امتحان ہے", .important), ("meri shadi hai", .important),
            ("I'll tell you more another time", .unfinished), ("بعد میں بتاؤں گی", .unfinished),
            ("baad mein batati hun", .unfinished),
            ("I am so worried", .negative), ("میں بہت پریشان ہوں", .negative), ("main pareshan hun", .negative),
            ("I'm really happy", .positive), ("میں بہت خوش ہوں", .positive), ("bohat khush hun", .positive),
            ("She got divorced last year", .sensitiveRelationships), ("طلاق ہو گئی", .sensitiveRelationships),
            ("I have a loan to pay", .sensitiveFinance), ("مجھ پر قرضہ ہے", .sensitiveFinance),
            ("I was in the hospital", .sensitiveHealth),
            ("میں بیمار ہوں", .sensitiveHealth), ("That's a good idea, I'll try", .acceptance), ("what should I do?", .depth),
            ("مجھے مشورہ چاہیے", .depth), ("شکریہ", .thanks), ("leave me alone", .discomfort), ("بات نہیں کرنی", .deflection),
            ("tell me a joke", .lighter), ("I want to die", .distress), ("میں مرنا چاہتی ہوں", .distress),
            ("main marna chahta hun", .distress),
        ])
    func found(text: String, signal: Signal) {
        #expect(lexicon.signals(in: text).contains(signal))
    }

    @Test(
        "ordinary sentences give nothing away",
        arguments: [
            "the train leaves at five", "my sister is a doctor", "آج بارش ہو رہی ہے", "kal barish hogi", "", "12 + 7", "!!!",
        ])
    func nothing(_ text: String) {
        let found = lexicon.signals(in: text).subtracting([.disclosure])
        #expect(found == [])
    }

    @Test("every signal has words in every spelling's letters", arguments: Signal.allCases)
    func complete(_ signal: Signal) throws {
        let lists = try ServiceData.load([String: [String]].self, from: "signals")
        let phrases = try #require(lists[signal.rawValue])
        #expect(phrases.contains { $0.isArabicScript })
        #expect(phrases.contains { !$0.isArabicScript })
        #expect(Set(phrases).count == phrases.count)
        for phrase in phrases {
            #expect(lexicon.signals(in: phrase.replacing("*", with: "")).contains(signal), "\(phrase)")
        }
    }
}
