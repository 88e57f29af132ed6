import Foundation

/// Whether a guarded device lets itself be opened (`Tests/Support/Peers/door_pcm.c`).
package struct SoundDoor: Sendable {
    package enum Refusal: Sendable {
        /// Another program has it.
        case busy
        /// This user may not.
        case notPermitted

        fileprivate var code: Int32 {
            switch self {
            case .busy: EBUSY
            case .notPermitted: EACCES
            }
        }
    }

    let file: URL

    /// From now on whoever opens the device is told this.
    package func shut(_ refusal: Refusal) throws {
        try "\(refusal.code)".write(to: file, atomically: true, encoding: .utf8)
    }

    package func open() throws {
        try "0".write(to: file, atomically: true, encoding: .utf8)
    }
}
