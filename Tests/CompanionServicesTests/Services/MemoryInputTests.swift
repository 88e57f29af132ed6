import LocalStore
import Testing

@testable import CompanionServices

@Suite struct MemoryInputTests {
    @Test(
        "text from outside takes its proper form",
        arguments: [
            ("fact", "Full Name", "  Ayesha Khan ", "FACT", "full_name", "Ayesha Khan"),
            ("Preference", "favorite-food", "بریانی", "PREFERENCE", "favorite_food", "بریانی"),
            (" GOAL ", "learn_swift_goal", "line one\nline two\t.", "GOAL", "learn_swift_goal", "line one line two ."),
            ("STATE", "mood", "fine\u{07}\u{0}", "STATE", "mood", "fine"),
            ("FACT", "location", "\u{202E}Lahore\u{202C}", "FACT", "location", "Lahore"),
            ("FACT", "name", "می\u{200C}خواہم", "FACT", "name", "می\u{200C}خواہم"),
        ])
    func accepted(category: String, key: String, value: String, wantCategory: String, wantKey: String, wantValue: String) throws {
        let input = try MemoryInput(category: category, key: key, value: value)
        #expect(input.category.rawValue == wantCategory)
        #expect(input.key.text == wantKey)
        #expect(input.value == wantValue)
    }

    @Test(
        "what cannot be a memory is refused",
        arguments: [
            ("HOBBY", "name", "x"), ("FACT", "", "x"), ("FACT", "name", ""), ("FACT", "name", " \n\u{0} "),
            ("FACT", "user_input_1696868686868", "x"), ("FACT", "User_Input_1", "x"), ("FACT", "said_1696868686868", "x"),
            ("FACT", "پسند", "چائے"), ("FACT", "میرا name", "علی"), ("FACT", "!!!", "x"),
        ])
    func refused(category: String, key: String, value: String) {
        #expect(throws: MemoryInputError.self) { try MemoryInput(category: category, key: key, value: value) }
    }

    @Test(
        "a key and a value that changed places are noticed",
        arguments: [
            ("لاہور", "location"), ("Lahore", "location"), ("Ayesha Khan", "full_name"), ("Learn Swift!", "learning_goal"),
            ("آمنہ", "sister_name"), ("نیلا", "some_odd_key"),
        ])
    func swapped(key: String, value: String) {
        #expect(throws: MemoryInputError.swappedKeyAndValue(key: key)) {
            try MemoryInput(category: "FACT", key: key, value: value)
        }
    }

    @Test(
        "ordinary pairs are not taken for swapped ones",
        arguments: [
            ("favorite_color", "blue"), ("Favorite Color", "blue"), ("mood", "happy"), ("best friend", "sara"),
            ("location", "name"),
        ])
    func notSwapped(key: String, value: String) throws {
        _ = try MemoryInput(category: "FACT", key: key, value: value)
    }

    @Test("four thousand characters are kept, one more is not, whatever the script", arguments: ["a", "ب", "👩‍👩‍👧"])
    func length(_ character: String) throws {
        let key = try MemoryKey(validating: "note")
        let longest = String(repeating: character, count: MemoryInput.maximumValueLength)
        if longest.unicodeScalars.count <= 4 * MemoryInput.maximumValueLength {
            #expect(try MemoryInput(category: .general, key: key, value: longest).value == longest)
        }
        let error = #expect(throws: MemoryInputError.self) {
            try MemoryInput(category: .general, key: key, value: longest + character)
        }
        #expect(error.map(String.init(describing:))?.contains("4000") == true)
    }

    @Test("one character with a million marks is too long as well")
    func marks() throws {
        let value = "a" + String(repeating: "\u{0301}", count: 1_000_000)
        #expect(throws: MemoryInputError.self) {
            try MemoryInput(category: .general, key: MemoryKey(validating: "note"), value: value)
        }
    }
}
