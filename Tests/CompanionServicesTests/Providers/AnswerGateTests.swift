import TestSupport
import Testing

@testable import CompanionServices

@Suite struct AnswerGateTests {
    /// What is let through of pieces, each as it came.
    private func pass(_ pieces: [String], _ language: Language = .english, after said: String = "") throws -> [String] {
        var gate = AnswerGate(language: language, said: said)
        var passed: [String] = []
        for piece in pieces { passed.append(try gate.add(piece)) }
        passed.append(try gate.finish())
        return passed.filter { !$0.isEmpty }
    }

    @Test("words come out whole, on one line, without marks for pages, and nothing is lost")
    func words() throws {
        let passed = try pass(["\n**Wel", "come** back", ", my\n\nfr", "iend!", " "])
        #expect(passed.joined() == "Welcome back, my friend!")
        #expect(passed.first == "Welcome back, my")
        #expect(try pass(["Hi."]).joined() == "Hi.")
        #expect(try pass(["", " ", "\n"]).joined() == "")
        #expect(try pass(["34"]).joined() == "34")
        for nothing in ["...", "…", "🙂", "—", "* * *", "?!"] { #expect(try pass([nothing]).joined() == "", "\(nothing)") }
    }

    @Test("however a text is cut, the same comes out", arguments: 0..<40)
    func cuts(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let texts: [(String, Language)] = [
            ("It is good to hear from you, Sana. How was the exam?", .english),
            ("آپ سے مل کر اچھا لگا۔ امتحان کیسا رہا؟", .urdu), ("Aap kaisi hain? Imtihan kaisa raha?", .romanUrdu),
        ]
        for (text, language) in texts {
            var pieces: [String] = []
            var rest = text[...]
            while !rest.isEmpty {
                let piece = rest.prefix(Int.random(in: 1...6, using: &generator))
                pieces.append(String(piece))
                rest = rest.dropFirst(piece.count)
            }
            #expect(try pass(pieces, language).joined() == text)
        }
    }

    @Test("an answer in the wrong script is refused before anything of it is said")
    func scripts() throws {
        #expect(throws: LanguageModelError.wrongScript) { try pass(["नमस्ते, आज ", "आप कैसे हैं?"], .urdu) }
        #expect(throws: LanguageModelError.wrongScript) { try pass(["Hello, how are you today?"], .urdu) }
        #expect(throws: LanguageModelError.wrongScript) { try pass(["آپ سے مل کر اچھا لگا"], .romanUrdu) }
        #expect(throws: LanguageModelError.wrongScript) { try pass(["你好"], .english) }
        // One that goes over into a third script on the way is stopped there.
        let over = "It is good to hear from you today. नमस्ते, आज आप कैसे हैं? मैं आपकी मदद के लिए यहाँ हूँ। बताइए, क्या हुआ?"
        #expect(throws: LanguageModelError.wrongScript) { try pass([over]) }
        #expect(throws: LanguageModelError.wrongScript) {
            try pass(["آپ سے مل کر بہت اچھا لگا۔ ", "मैं आपकी मदद के ", "लिए यहाँ हूँ। बताइए, क्या हुआ आज आपके साथ?"], .urdu)
        }
        // A sentence in the person's other script is a quotation.
        let quoted = "You told me this: «میری بہن کا نام فاطمہ ہے اور وہ ملتان میں رہتی ہے»."
        #expect(try pass([quoted]).joined() == quoted)
        // Words of the other script among them are no other script.
        #expect(try pass(["Lahore میں آج موسم اچھا ہے۔"], .urdu).joined() == "Lahore میں آج موسم اچھا ہے۔")
        #expect(try pass(["It is written سلام in Urdu."]).joined() == "It is written سلام in Urdu.")
    }

    @Test("what another began is gone on with, and not repeated")
    func continuing() throws {
        let said = "The best way to make chai is to boil water with"
        #expect(try pass([" ginger and tea."], after: said).joined() == " ginger and tea.")
        #expect(try pass(["ginger and tea."], after: said).joined() == " ginger and tea.")
        #expect(try pass(["boil water with ginger", " and tea."], after: said).joined() == " ginger and tea.")
        #expect(try pass([said, " ginger and tea."], after: said).joined() == " ginger and tea.")
        #expect(try pass(["...boil water with, ginger"], after: said).joined() == " ginger")
        // Nothing new at all.
        #expect(try pass(["The best way to make chai"], after: said).joined() == "")
        #expect(try pass(["with"], after: said).joined() == "")
        #expect(try pass(["ادرک اور چائے۔"], .urdu, after: "پانی ابالیں، پھر").joined() == " ادرک اور چائے۔")
    }
}
