import Foundation

/// The conversations that tests act out.
package enum ConversationScripts {
    /// Nil when there is no script of that name.
    package static func url(_ name: String) -> URL? {
        Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Conversations")
    }
}
