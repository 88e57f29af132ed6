import CompanionServices
import Foundation
import LocalStore

/// The JSON form of the onboarding answers.
struct OnboardingFile {
    private static let keys = ["full_name", "gender", "occupation", "interests"]

    private let values: [String: JSONValue]

    init(_ bytes: [UInt8]) throws {
        let value: JSONValue
        do {
            value = try JSONDecoder().decode(JSONValue.self, from: Data(bytes))
        } catch {
            throw CommandFailure(.data, "The answers are not JSON.", advice: Self.advice)
        }
        guard case .object(let values) = value else {
            throw CommandFailure(.data, "The answers are not a JSON object.", advice: Self.advice)
        }
        for key in values.keys.sorted() where !Self.keys.contains(key) {
            let nearest = NearestName.to(key, among: Self.keys).map { "; did you mean \($0)?" } ?? "."
            throw CommandFailure(
                .data, "The answers have a field '\(PrintableText.oneLine(key))' that is not known\(nearest)", advice: Self.advice
            )
        }
        self.values = values
    }

    func answers() throws -> OnboardingAnswers {
        try OnboardingAnswers(
            fullName: try text("full_name"), gender: try text("gender"), occupation: try text("occupation"),
            interests: try interests())
    }

    private func text(_ key: String) throws -> String? {
        switch values[key] {
        case nil, .null: return nil
        case .string(let text): return text
        default: throw CommandFailure(.data, "The field '\(key)' is not a text.", advice: Self.advice)
        }
    }

    private func interests() throws -> [String]? {
        switch values["interests"] {
        case nil, .null: return nil
        case .string(let text): return OnboardingAnswers.interests(in: text)
        case .array(let items):
            return try items.map { item in
                guard case .string(let text) = item else {
                    throw CommandFailure(.data, "The list 'interests' holds something that is not a text.", advice: Self.advice)
                }
                return text
            }
        default: throw CommandFailure(.data, "The field 'interests' is neither a list nor a text.", advice: Self.advice)
        }
    }

    private static let advice = #"Write for example: {"full_name": "Amina Khan", "interests": ["poetry", "tea"]}"#
}
