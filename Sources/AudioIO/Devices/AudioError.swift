/// Why sound cannot be played or recorded, and what to do about it.
package struct AudioError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Code: Sendable, Hashable {
        /// The text names no device.
        case badName
        /// No such device, or none at all.
        case notFound
        case busy
        case notPermitted
        /// The device, the file or the library cannot do what is asked of it.
        case unsupported
        /// It was there and is gone, or no longer moves.
        case lost
        case closed
    }

    package let code: Code
    package let message: String
    package let advice: String?

    package init(_ code: Code, _ message: String, advice: String? = nil) {
        self.code = code
        self.message = message
        self.advice = advice
    }

    package var description: String { advice.map { "\(message) \($0)" } ?? message }
}
