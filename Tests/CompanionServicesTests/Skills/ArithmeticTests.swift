import Foundation
import Testing

@testable import CompanionServices

@Suite struct ArithmeticTests {
    private func answer(_ text: String, _ language: Language) -> String? {
        let words = text.split(separator: " ").map(String.init)
        guard let answer = Arithmetic.answer(words, language: language) else { return nil }
        switch answer.result {
        case .success: return answer.text
        case .failure(let error): return "! \(error)"
        }
    }

    @Test(
        "Sums in digits and English words",
        arguments: [
            ("what is 12 times 7", "84"), ("15% of 240", "36"), ("what is 15 percent of 240", "36"), ("half of 90", "45"),
            ("2 + 3 * 4", "14"), ("(2+3)^2", "25"), ("( 2 + 3 ) ^ 2", "25"), ("square root of 144", "12"),
            ("0.1 + 0.2", "0.3"), ("0.1+0.2", "0.3"), ("1/3", "0.3333333333"), ("10 / 4", "2.5"), ("2^10", "1024"),
            ("2 to the power of 10", "1024"), ("100*100", "10,000"), ("99*101", "9999"), ("1234567 + 1", "1,234,568"),
            ("7 - 10", "-3"), ("-5 + 3", "-2"), ("5 - -3", "8"),
            ("twelve times seven", "84"), ("twenty five plus seventeen", "42"), ("twenty-five minus five", "20"),
            ("calculate 12x7", "84"), ("12 x 7", "84"), ("12 into 7", "84"), ("100 divided by 8", "12.5"),
            ("144 divided by twelve", "12"), ("what is 3 multiplied by 4", "12"),
            ("200 + 10%", "220"), ("200 - 10%", "180"), ("50%", nil), ("add 5 and 3", "8"), ("add 5 and 3 and 2", "10"),
            ("subtract 5 from 12", "7"), ("multiply 4 by 5", "20"), ("divide 10 by 4", "2.5"), ("the sum of 4 and 6", "10"),
            ("product of 4 and 6", "24"), ("difference between 10 and 4", "6"),
            ("remainder of 10 divided by 3", "1"), ("10 mod 3", "1"), ("-7 mod 3", "-1"), ("two thirds of 90", "60"),
            ("a quarter of 80", "20"), ("a third of 90", "30"), ("three quarters of 80", "60"), ("twice 21", "42"),
            ("double 21", "42"), ("5 squared", "25"), ("2 cubed", "8"), ("cube root of 27", "3"), ("cube root of -27", "-3"),
            ("sqrt 2", "1.4142135624"),
            ("5!", "120"), ("2(3+4)", "14"), ("2 ** 3 ** 2", "512"), ("-2^2", "-4"), ("2^-1", "0.5"), ("4^0.5", "2"),
            ("1,200 + 300", "1500"), ("two and a half times 4", "10"), ("what is 2 million divided by 4", "500,000"),
            ("how much is 3.5 times 2 please", "7"), ("1 - 0.9", "0.1"), ("1000000 * 1000000", "1,000,000,000,000"),
            ("100 - 3 - 2", "95"), ("100 / 5 / 2", "10"), ("8 - (3 - 2)", "7"), ("10 % of 50", "5"),
            ("0.00001 * 0.5", "0.000005"), ("2 / 3 * 3", "2"),
        ] as [(String, String?)])
    func english(text: String, expected: String?) {
        #expect(answer(text, .english) == expected)
    }

    @Test(
        "Sums in Urdu",
        arguments: [
            ("12 ضرب 7", "84"), ("پانچ جمع تین", "8"), ("240 کا 15 فیصد", "36"), ("15 فیصد 240 کا", nil),
            ("12 کو 7 سے ضرب دو", "84"), ("12 کو 4 پر تقسیم کریں", "3"), ("دس تقسیم دو", "5"), ("10 میں سے 4 نکالو", "6"),
            ("5 اور 3 جمع کرو", "8"), ("دو اور دو کتنے ہوتے ہیں", "4"), ("90 کا آدھا", "45"), ("144 کا جذر", "12"),
            ("5 کا مربع", "25"),
            ("پچیس منفی پانچ کتنا ہوتا ہے", "20"), ("سو تفریق ایک", "99"), ("ڈیڑھ ضرب دو", "3"), ("ساڑھے تین جمع ڈھائی", "6"),
            ("12 × 7", "84"), ("ایک لاکھ تقسیم چار", "25,000"), ("3 + 4 کتنے ہوتے ہیں", "7"), ("20 کا ایک چوتھائی", nil),
            ("80 کا چوتھائی", "20"), ("5 میں 3 جمع کریں", "8"),
        ] as [(String, String?)])
    func urdu(text: String, expected: String?) {
        #expect(answer(text, .urdu) == expected)
    }

    @Test(
        "Sums in Roman Urdu",
        arguments: [
            ("paanch jama teen", "8"), ("das taqseem do", "5"), ("12 zarb 7", "84"), ("12 ko 7 se zarb do", "84"),
            ("240 ka 15 feesad", "36"), ("240 ka 15 percent kitna hota hai", "36"), ("do aur do kitne hotay hain", "4"),
            ("10 mein se 4 nikalo", "6"), ("90 ka aadha", "45"), ("pachees manfi paanch", "20"), ("12 times 7 kitna hai", "84"),
            ("144 ka jazar", "12"),
        ] as [(String, String?)])
    func romanUrdu(text: String, expected: String?) {
        #expect(answer(text, .romanUrdu) == expected)
    }

    @Test(
        "What is no sum is left alone",
        arguments: [
            "", "hello", "i have 2 sisters", "what is 5", "2019", "what is the capital of france", "2026-03-05", "10:30",
            "0300-1234567", "03001234567", "how much is 5 apples plus 3", "my age is 25 + something", "2 +", "+ 2 + ", "(2+3",
            "2)", "()", "5 5", "and", "times", "square root of", "half of the people", "of 5", "what are you", "plus",
            "1.2.3 + 4", "٪",
        ])
    func nothing(text: String) {
        #expect(answer(text, .english) == nil)
        #expect(answer(text, .romanUrdu) == nil)
    }

    @Test(
        "What has no result says why",
        arguments: [
            ("5 / 0", ArithmeticError.divisionByZero), ("5 mod 0", .divisionByZero), ("0^-1", .divisionByZero),
            ("9^9^9", .tooLarge), ("10^40", .tooLarge), ("2^100000", .tooLarge), ("sqrt -4", .rootOfNegative),
            ("(0-8)^0.5", .rootOfNegative), ("30!", .factorialOutOfRange), ("2.5!", .factorialOutOfRange),
            ("10^29 * 100", .tooLarge), ("10^-40", .tooLarge),
        ] as [(String, ArithmeticError)])
    func failure(text: String, error: ArithmeticError) {
        #expect(answer(text, .english) == "! \(error)")
    }

    @Test("Long and deeply nested sums end in an answer, not in a crash")
    func long() {
        let brackets = Array(repeating: "(", count: 300) + ["1"] + Array(repeating: ")", count: 300)
        #expect(Arithmetic.answer(brackets, language: .english) == nil)
        let nested = Array(repeating: "(", count: 60) + ["1", "+", "1"] + Array(repeating: ")", count: 60)
        #expect(Arithmetic.answer(nested, language: .english)?.result == .failure(.tooLong))
        let chain = ["1"] + Array(repeating: ["+", "1"], count: 120).flatMap(\.self)
        #expect(Arithmetic.answer(chain, language: .english)?.result == .failure(.tooLong))
        #expect(Arithmetic.answer([String(repeating: "9", count: 100), "+", "1"], language: .english) == nil)
        let halves = Array(repeating: ["half", "of"], count: 90).flatMap(\.self) + ["64"]
        #expect(Arithmetic.answer(halves, language: .english)?.result == .failure(.tooLong))
        #expect(Arithmetic.answer(Array(repeating: "-", count: 100) + ["1"], language: .english)?.result != .success(1))
    }

    @Test(
        "The sum is shown as it was understood",
        arguments: [
            ("what is 12 times 7", "12 × 7"), ("(2+3)^2", "(2 + 3)^2"), ("8-(3-2)", "8 − (3 − 2)"), ("15% of 240", "15% × 240"),
            ("square root of 144", "√144"), ("half of 90", "90 ÷ 2"),
        ])
    func shown(text: String, expected: String) {
        #expect(Arithmetic.answer(text.split(separator: " ").map(String.init), language: .english)?.expression == expected)
    }

    @Test(
        "Numbers are written without noise",
        arguments: [
            ("0.30000000000000000001", "0.3"), ("9999", "9999"), ("10000", "10,000"), ("-1234567.5", "-1,234,567.5"), ("0", "0"),
            ("-0.00000000000001", "-0.00000000000001"), ("2.50", "2.5"),
        ])
    func written(value: String, expected: String) throws {
        #expect(DecimalFormat.text(try #require(Decimal(string: value))) == expected)
    }
}
