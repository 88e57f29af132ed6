import Foundation
import LocalStore
import Networking

/// What a server says when it refuses, in the shapes that OpenAI, llama.cpp, Ollama and vLLM use.
struct ChatFailure {
    private let code: String
    private let type: String
    private let message: String

    init(body: JSONValue) {
        let error = body.objectValue?["error"] ?? body
        code = error.objectValue?["code"]?.stringValue ?? ""
        type = error.objectValue?["type"]?.stringValue ?? ""
        message = error.objectValue?["message"]?.stringValue ?? error.stringValue ?? ""
    }

    var isAboutLength: Bool {
        let words = message.lowercased()
        return code == "context_length_exceeded" || type == "exceed_context_size_error" || words.contains("context length")
            || words.contains("context size") || words.contains("maximum context") || words.contains("too many tokens")
    }

    private var isAboutModel: Bool {
        code == "model_not_found" || (message.lowercased().contains("model") && message.lowercased().contains("not found"))
            || (message.lowercased().contains("model") && message.lowercased().contains("does not exist"))
    }

    private func keyTrouble(_ server: ModelServer) -> LanguageModelError {
        server.key == nil ? .keyMissing(setting: server.keySetting) : .keyRefused(setting: server.keySetting)
    }

    /// - Parameter path: what was asked of the server.
    func error(
        _ head: HTTPHead, server: ModelServer, path: String = "/chat/completions", now: Date
    ) -> LanguageModelError {
        switch head.status {
        case 401: return keyTrouble(server)
        case 403 where !isAboutModel: return keyTrouble(server)
        case 402: return .rateLimited(retryAfter: nil, isUsedUp: true)
        case 404 where !isAboutModel: return .notTheService("nothing is at \(server.shownAddress)\(path) (404)")
        case 400...499 where isAboutModel: return .unknownModel(server.model, setting: server.modelSetting)
        case 413: return .contextTooLong
        case 400...499 where isAboutLength: return .contextTooLong
        case 429:
            let isUsedUp = code == "insufficient_quota" || type == "insufficient_quota"
            return .rateLimited(retryAfter: head.retryAfter(now: now), isUsedUp: isUsedUp)
        case 500...599: return .serverFailed(status: head.status)
        case 300...399: return .notTheService("it sends to another address (\(head.status))")
        default: return .refused(status: head.status, shown(server.key))
        }
    }

    /// What the server says, fit to be shown: short, one line, without the key.
    private func shown(_ key: Secret<String>?) -> String {
        var text = message.unicodeScalars.reduce(into: "") { text, scalar in
            text.unicodeScalars.append(scalar.properties.generalCategory == .control ? " " : scalar)
        }
        if let key { text = text.replacing(key.reveal(), with: "***") }
        return text.isEmpty ? "no reason given" : String(text.prefix(200))
    }
}
