import LocalStore

/// What a language model is asked.
package struct ChatRequest: Sendable, Hashable {
    package var messages: [ChatMessage]
    /// What the model may call; empty for none.
    package var tools: [ChatTool]
    /// 0 to 2; higher is freer.
    package var temperature: Double
    /// Longest answer, in the model's own tokens.
    package var answerTokens: Int
    /// A JSON schema that the answer must follow; nil for plain words.
    package var schema: AnswerSchema?

    package init(
        messages: [ChatMessage], tools: [ChatTool] = [], temperature: Double = 0.8, answerTokens: Int = 400,
        schema: AnswerSchema? = nil
    ) {
        self.messages = messages
        self.tools = tools
        self.temperature = temperature
        self.answerTokens = answerTokens
        self.schema = schema
    }

    package struct AnswerSchema: Sendable, Hashable {
        package var name: String
        package var schema: JSONValue

        package init(name: String, schema: JSONValue) {
            self.name = name
            self.schema = schema
        }
    }
}

package enum ChatMessage: Sendable, Hashable {
    /// What the model must keep to.
    case system(String)
    case user(String)
    case assistant(String)
    /// Calls that the model made, with the words it said before them.
    case calls(String, [ToolCall])
    /// What a call came to.
    case result(callID: String, String)
}

/// A function that the model may call.
package struct ChatTool: Sendable, Hashable {
    package var name: String
    package var purpose: String
    /// A JSON schema of an object.
    package var parameters: JSONValue

    package init(name: String, purpose: String, parameters: JSONValue) {
        self.name = name
        self.purpose = purpose
        self.parameters = parameters
    }
}

/// A call that the model makes. The arguments are as the model wrote them: JSON, or not.
package struct ToolCall: Sendable, Hashable {
    package var id: String
    package var name: String
    package var arguments: String

    package init(id: String, name: String, arguments: String) {
        self.id = id
        self.name = name
        self.arguments = arguments
    }
}
