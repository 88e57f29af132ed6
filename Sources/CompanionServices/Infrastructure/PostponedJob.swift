/// Thrown by a handler whose job cannot be done now through no fault of its own. It is tried again later, as often as it takes.
struct PostponedJob: Error, CustomStringConvertible {
    let seconds: Double
    let reason: String

    var description: String { "it waits: \(reason)" }
}
