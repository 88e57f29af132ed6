import LocalStore

/// A function that a model may call in a conversation, by the names, parameters and answers that the cloud companion has.
struct CompanionTool: Sendable {
    enum Effect: Sendable {
        case reads
        /// Writes are done one after the other, in the order of the calls.
        case writes
    }

    let definition: ChatTool
    let effect: Effect
    /// What the person must have asked for in this turn; nil where nothing.
    let wish: ToolWish?
    let run: @Sendable (ToolArguments) async throws -> JSONValue

    init(
        _ name: String, _ effect: Effect, only wish: ToolWish? = nil, parameters: [(name: String, schema: JSONValue)],
        purpose: String,
        run: @escaping @Sendable (ToolArguments) async throws -> JSONValue
    ) {
        let schema: JSONValue = [
            "type": "object", "properties": .object(Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0.schema) })),
            // Models told to keep to a schema need every parameter named as required.
            "required": .array(parameters.map { .string($0.name) }), "additionalProperties": false,
        ]
        definition = ChatTool(name: name, purpose: purpose, parameters: schema)
        self.effect = effect
        self.wish = wish
        self.run = run
    }
}

/// The arguments of one call, checked as they are taken.
struct ToolArguments: Sendable {
    /// Told to the model, which may call again.
    struct Problem: Error {
        let text: String
    }

    private let fields: [String: JSONValue]

    init(parsing text: String) throws(Problem) {
        // Some models send nothing where a function takes nothing.
        if text.allSatisfy(\.isWhitespace) {
            fields = [:]
            return
        }
        guard let object = (try? JSONValue(parsing: text))?.objectValue else {
            throw Problem(text: "The arguments are no JSON object. Call again with one.")
        }
        fields = object
    }

    func string(_ name: String) throws(Problem) -> String {
        guard let text = fields[name]?.stringValue else { throw Problem(text: "'\(name)' has to be a string.") }
        return text
    }

    /// Without a `fallback` there has to be one.
    func integer(_ name: String, in range: ClosedRange<Int>, default fallback: Int?) throws(Problem) -> Int {
        switch fields[name] {
        case nil, .null?:
            guard let fallback else { throw Problem(text: "'\(name)' has to be a whole number.") }
            return fallback
        case let value?:
            guard let number = value.intValue ?? value.stringValue.flatMap(Int64.init) else {
                throw Problem(text: "'\(name)' has to be a whole number.")
            }
            return min(max(Int(clamping: number), range.lowerBound), range.upperBound)
        }
    }

    func bool(_ name: String) throws(Problem) -> Bool {
        switch fields[name] {
        case .bool(let value)?: return value
        case .string("true")?: return true
        case .string("false")?: return false
        default: throw Problem(text: "'\(name)' has to be true or false.")
        }
    }

    func number(_ name: String) throws(Problem) -> Double {
        guard let number = fields[name]?.doubleValue ?? fields[name]?.stringValue.flatMap(Double.init), number.isFinite else {
            throw Problem(text: "'\(name)' has to be a number.")
        }
        return number
    }
}
