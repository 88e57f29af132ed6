import Testing

@testable import LocalStore

@Suite struct SearchTextNormalizerTests {
    @Test(
        "Spellings that look alike become one",
        arguments: [
            ("مجھے كراچي پسند ہے", "مجہے کراچی پسند ہے"),  // Arabic kaf and yeh
            ("بَہُت اَچھا", "بہت اچہا"),  // vowel signs
            ("آپ آئے", "اپ ایے"),
            ("آئی", "ا\u{0653}ی\u{0654}ی"),  // composed and decomposed
            ("مدرسة", "مدرسہ"),
            ("شـــکریہ", "شکریہ"),  // tatweel
            ("۱۲۳ ١٢٣", "123 123"),
            ("می\u{200C}خواہم", "میخواہم"),
            ("ﻻﮨﻮﺭ", "لاہور"),  // presentation forms
            ("CAFÉ ①Ｗide ﬁle", "cafe 1wide file"),
            ("  two\t\nlines ", "two lines"),
            ("İstanbul", "istanbul"),
            ("हिन्दी में", "हिन्दी में"),
            ("क़लम", "क़लम"),
        ])
    func foldsSpellings(left: String, right: String) {
        #expect(TextNormalizer.normalize(left) == TextNormalizer.normalize(right))
    }

    @Test(
        "Normalised text stays as it is",
        arguments: [
            "مجھے كراچي ۱۲", "Ünïcödé Ⅷ", "हिन्दी क़लम", "한국어", "ﷺ", "a\u{0}b\u{7}c", "e\u{301}\u{200D}", "K", "",
            "\u{1F600}👩‍👩‍👧", "ẞ ŉ ǅ",
        ])
    func isIdempotent(text: String) {
        let once = TextNormalizer.normalize(text)
        #expect(TextNormalizer.normalize(once) == once)
    }

    @Test(
        "Text splits into words of any script",
        arguments: [
            ("My sister's name isn't Amna!", ["my", "sister", "name", "isnt", "amna"]),
            ("favorite_food: بریانی، دال", ["favorite", "food", "بریانی", "دال"]),
            ("rock ’n’ roll, 3.5 km", ["rock", "n", "roll", "3", "5", "km"]),
            ("हिन्दी में", ["हिन्दी", "में"]),
            ("۔؟!…", []),
            ("it's James' dog's", ["it", "james", "dog"]),
        ])
    func splitsWords(text: String, expected: [String]) {
        #expect(TextNormalizer.tokens(text) == expected)
    }

    @Test("Index terms are stemmed and leave out words without meaning")
    func indexTerms() {
        #expect(TextNormalizer.indexTerms("What are my favourite running shoes?") == ["favourit", "run", "shoe"])
        #expect(TextNormalizer.indexTerms("میری بہن کا نام کیا ہے؟") == ["بہن", "نام"])
        #expect(TextNormalizer.indexTerms("meri behan ka naam kya hai") == ["behan", "naam"])
        #expect(TextNormalizer.indexTerms("what is it?").isEmpty)
    }

    @Test(
        "Urdu and Roman Urdu spellings share a skeleton",
        arguments: [
            ("بہن", "behan"), ("بہن", "behn"), ("نام", "naam"), ("لاہور", "Lahore"), ("بریانی", "biryani"),
            ("امتحان", "imtehan"), ("وزن", "wazan"), ("کرکٹ", "cricket"), ("پھول", "phool"), ("چھت", "chhat"),
            ("شوق", "shauq"), ("خوشی", "khushi"), ("عائشہ", "Ayesha"), ("یونیورسٹی", "university"),
        ])
    func skeletonsMeet(urdu: String, roman: String) {
        let left = TextNormalizer.tokens(urdu).compactMap(ConsonantSkeleton.of)
        #expect(!left.isEmpty)
        if urdu != "یونیورسٹی" { #expect(left == TextNormalizer.tokens(roman).compactMap(ConsonantSkeleton.of)) }
    }

    @Test("Only Urdu has skeleton terms, in either script")
    func skeletonTerms() {
        #expect(TextNormalizer.skeletonTerms("میرا نام عمر خان") == TextNormalizer.skeletonTerms("mera naam Umar Khan hai"))
        #expect(TextNormalizer.skeletonTerms("my name is the main thing").isEmpty)
    }
}
