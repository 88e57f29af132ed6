import ArgumentParser
import LocalStore

extension MemoryCategory: ExpressibleByArgument {
    package init?(argument: String) {
        try? self.init(validating: argument)
    }

    package static var allValueStrings: [String] { known.map { $0.rawValue.lowercased() } }
}

/// Checks of single arguments that ArgumentParser does not make.
enum Check {
    static func positive(_ number: Int?, _ name: String) throws {
        if let number, number < 1 { throw ValidationError("\(name) is \(number), but must be at least 1.") }
    }
}
