import Foundation
import LocalStore
import Testing

@testable import CompanionServices

@Suite struct DialogueWordingTests {
    private static func rules() throws -> DialogueRules {
        let data = try Data(contentsOf: BrainData.directory().appending(path: "dialogue.json"))
        return try JSONDecoder().decode(DialogueRules.self, from: data)
    }

    private static func values() throws -> ValueWording {
        ValueWording(rules: try rules(), vocabulary: try Vocabulary(directory: BrainData.directory()))
    }

    @Test("a template agrees with listener and subject, and drops parts that have nothing to say")
    func template() throws {
        let template = try PhraseTemplate("آپ {city} میں <رہتے/رہتی> ہیں[، {name}]")
        #expect(template.filled(PhraseFilling(values: ["city": "لاہور"], listener: .female)) == "آپ لاہور میں رہتی ہیں")
        #expect(template.filled(PhraseFilling(values: ["city": "لاہور", "name": "علی"])) == "آپ لاہور میں رہتے ہیں، علی")
        #expect(template.filled(PhraseFilling(values: ["name": "علی"])) == nil)
        let verb = try PhraseTemplate("{who} <s:رہتا ہے/رہتی ہے/رہتے ہیں/رہتی ہیں>")
        var filling = PhraseFilling(values: ["who": "وہ"], subject: .male)
        filling.subjectIsRespected = false
        #expect(verb.filled(filling) == "وہ رہتا ہے")
        filling.subjectIsRespected = true
        #expect(verb.filled(filling) == "وہ رہتے ہیں")
    }

    @Test("marks inside values mean nothing")
    func values() throws {
        let template = try PhraseTemplate("you like {value}")
        #expect(template.filled(PhraseFilling(values: ["value": "{name} [x] <a/b>"])) == "you like {name} [x] <a/b>")
    }

    @Test(
        "people are named as the family speaks of them",
        arguments: [
            ("sister", Language.english, "your sister Amna", "your sister Amna's"),
            ("sister", .urdu, "آپ کی بہن Amna", "آپ کی بہن Amna"),
            ("son", .urdu, "آپ کا بیٹا Amna", "آپ کے بیٹے Amna"),
            ("elder_sister", .urdu, "آپ کی بڑی بہن Amna", "آپ کی بڑی بہن Amna"),
            ("elder_sister", .english, "your elder sister Amna", "your elder sister Amna's"),
            ("sister_husband", .english, "your sister's husband Amna", "your sister's husband Amna's"),
            ("sister_husband", .urdu, "آپ کی بہن کے شوہر Amna", "آپ کی بہن کے شوہر Amna"),
            ("fatima", .english, "Amna", "Amna's"),
        ])
    func people(stem: String, language: Language, who: String, whose: String) throws {
        let wording = try Self.rules().wording(
            ofStem: stem, name: "Amna", gender: .unknown, language: language, includingName: true)
        #expect(wording.values["who"] == who)
        #expect(wording.values["whose"] == whose)
    }

    @Test(
        "values are turned to the listener and translated where a word is known",
        arguments: [
            ("my best friend", "en", Language.english, "your best friend"), ("چائے", "ur", .english, "tea"),
            ("tea", "en", .urdu, "چائے"), ("چائے اور کافی", "ur", .english, "tea and coffee"),
            ("تیس", "ur", .english, "30"), ("علی", "ur", .english, "Ali"), ("Lahore", "en", .urdu, "لاہور"),
            ("blorp", "en", .urdu, "blorp"), ("ہنزہ جا رہا ہوں", "ur", .urdu, "ہنزہ جا رہے ہیں"),
        ])
    func spoken(value: String, noted: String, target: Language, expected: String) throws {
        #expect(try Self.values().spoken(value, noted: noted, in: target) == expected)
    }

    @Test("quotations cannot end their own marks and are cut when long")
    func quoted() throws {
        let values = try Self.values()
        #expect(values.quoted("he said “hi” and \"bye\".", in: .english) == "“he said 'hi' and 'bye'”")
        #expect(values.quoted(String(repeating: "word ", count: 100), in: .english).count < 180)
    }

    @Test(
        "the form of a value decides its sentence",
        arguments: [
            ("exam", "thing"), ("learn Turkish", "base"), ("going to Hunza", "doing"), ("have to submit a thesis", "must"),
            ("gardening", "thing"), ("گٹار سیکھنا", "base"), ("کاروبار شروع کرنے", "of"), ("کراچی جا رہا ہوں", "sentence"),
        ])
    func shape(value: String, shape: String) throws {
        let language: Language = ValueWording.isArabicScript(value) ? .urdu : .english
        #expect(try Self.values().shape(of: value, in: language).rawValue == shape)
    }

    @Test(
        "articles fit their nouns",
        arguments: [
            ("doctor", "a"), ("engineer", "an"), ("engineers", ""), ("the boss", ""), ("university teacher", "a"), ("boss", "a"),
        ])
    func article(value: String, article: String) {
        #expect(ValueWording.article(for: value) == article)
    }

    @Test("stars of a slot pattern stand for the least that fits")
    func stars() {
        #expect(
            DialogueRules.stars(of: "RELATIONSHIP/*_likes_*", in: "RELATIONSHIP/sister_likes_green_tea") == [
                "sister", "green_tea",
            ])
        #expect(DialogueRules.stars(of: "FACT/name", in: "FACT/name") == [])
        #expect(DialogueRules.stars(of: "FACT/*_count", in: "FACT/_count") == nil)
        #expect(DialogueRules.stars(of: "FACT/allergy_*", in: "FACT/allergy_") == nil)
    }

    @Test(
        "verbs tell how somebody speaks of themselves",
        arguments: [
            ("میں لاہور میں رہتی ہوں", Gender.female), ("میں جا رہا ہوں", .male), ("main thak gayi hoon", .female),
            ("main parhta hun", .male),
        ])
    func spokenGender(text: String, gender: Gender) {
        #expect(SpokenGender.of(text) == gender)
    }

    @Test("other sentences tell nothing", arguments: ["I live in Lahore", "میں استاد ہوں", "میری بہن رہتی ہے"])
    func noGender(text: String) {
        #expect(SpokenGender.of(text) == nil)
    }
}
