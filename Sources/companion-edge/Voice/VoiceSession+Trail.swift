import CompanionServices
import Logging

extension VoiceSession {
    /// For those who ask why, later.
    func keepSpeech(of reply: SpokenReply, as message: String?) {
        guard let message else { return }
        Task {
            do {
                try await parts.conversation.keepSpeech(of: message, heard: reply.heard, spoken: reply.uses.all)
            } catch {
                parts.logger.warning("who heard and spoke is not kept", metadata: ["error": "\(error)"])
            }
        }
    }
}
