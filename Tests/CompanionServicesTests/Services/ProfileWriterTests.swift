import LocalStore
import Testing

@testable import CompanionServices

@Suite struct ProfileWriterTests {
    private func profile(
        _ language: Language, gender: String?, _ entries: (category: String, key: String, value: String)...
    ) async throws -> String {
        let person = try Person()
        if let gender { try await person.remember(("FACT", "gender", gender)) }
        for entry in entries { try await person.remember(entry) }
        let facts = try await person.store.read { try ProfileFacts($0) }
        return try RuleProfileWriter().compose(facts, language: language)
    }

    @Test("a full English profile has four factual sentences")
    func english() async throws {
        let text = try await profile(
            .english, gender: "female", ("FACT", "full_name", "Ayesha Khan"), ("FACT", "age", "29"),
            ("FACT", "location", "Lahore"),
            ("FACT", "occupation", "engineer"), ("RELATIONSHIP", "sister_name", "Amna"),
            ("RELATIONSHIP", "sister_occupation", "doctor"),
            ("INTEREST", "main_interests", "cricket, old songs"), ("PREFERENCE", "favorite_color", "blue"),
            ("PREFERENCE", "dislikes_crowds", "crowds"), ("GOAL", "learning_goal", "learn Swift."),
            ("PLAN", "trip_plan", "visit Hunza"),
            ("EXPERIENCE", "recent_trip", "saw the sea"))
        #expect(
            text == "Ayesha Khan is 29 years old, lives in Lahore and works as an engineer. "
                + "She likes cricket and old songs and does not like crowds; her favourite colour is blue. "
                + "People in her life: her sister Amna (doctor). Her goals: learn Swift; plans: visit Hunza.")
    }

    @Test(
        "without a name and a gender the text speaks of them",
        arguments: [
            (nil, "They live in Lahore."), ("male", "He lives in Lahore."), ("عورت", "She lives in Lahore."),
            ("robot", "They live in Lahore."),
        ] as [(String?, String)])
    func pronouns(gender: String?, text: String) async throws {
        #expect(try await profile(.english, gender: gender, ("FACT", "location", "Lahore")) == text)
    }

    @Test(
        "Urdu verbs agree with the person's gender",
        arguments: [
            ("female", "عائشہ 29 سال کی ہیں، لاہور میں رہتی ہیں اور استاد کے طور پر کام کرتی ہیں۔"),
            ("مرد", "عائشہ 29 سال کے ہیں، لاہور میں رہتے ہیں اور استاد کے طور پر کام کرتے ہیں۔"),
            (nil, "ان کا نام عائشہ ہے، عمر 29 سال ہے، گھر لاہور میں ہے اور پیشہ استاد ہے۔"),
        ] as [(String?, String)])
    func urduAgreement(gender: String?, text: String) async throws {
        let written = try await profile(
            .urdu, gender: gender, ("FACT", "name", "عائشہ"), ("FACT", "age", "29"), ("FACT", "location", "لاہور"),
            ("FACT", "occupation", "استاد"))
        #expect(written == text)
    }

    @Test("Urdu names relations, favourites and likes in Urdu")
    func urduDetails() async throws {
        let written = try await profile(
            .urdu, gender: nil, ("RELATIONSHIP", "sister_name", "آمنہ"), ("PREFERENCE", "favorite_color", "نیلا"),
            ("INTEREST", "sport", "کرکٹ"))
        #expect(written == "انہیں کرکٹ پسند ہے؛ ان کے پسندیدہ میں سے: پسندیدہ رنگ نیلا۔ ان کی زندگی کے لوگ: بہن آمنہ۔")
    }

    @Test("nothing known is the sentinel, in every language", arguments: Language.allCases)
    func nothing(_ language: Language) async throws {
        #expect(try await profile(language, gender: nil) == ProfileService.nothingToSay)
    }

    @Test("the same facts always give the same text, at most four sentences, whatever their number")
    func deterministic() async throws {
        let person = try Person()
        for index in 0..<40 {
            try await person.remember(
                ("INTEREST", "interest_\(index)", "thing \(index)"),
                ("GOAL", "goal_\(index)", String(repeating: "long ", count: 50)),
                ("RELATIONSHIP", "friend_\(index)_name", "Friend \(index)"), ("EXPERIENCE", "recent_\(index)", "event \(index)"))
        }
        let facts = try await person.store.read { try ProfileFacts($0) }
        let writer = try RuleProfileWriter()
        let text = writer.compose(facts, language: .english)
        #expect(writer.compose(facts, language: .english) == text)
        #expect(text.count < 800)
        #expect(text.hasPrefix("They like thing 39, thing 38, thing 37 and thing 36."))
    }
}
