import Logging

/// What the library logs, in our log.
enum LiveKitLog {
    /// Longer messages are cut: some hold whole session descriptions.
    private static let longest = 500

    /// `LogBatch`: level 0 is error, 1 warning; the rest is for the library's own developers. Whatever matters to us comes as an
    /// answer or an event as well, so that these lines, many for each lost connection, are only for those who look closer.
    static func write(_ batch: WireReader, to logger: Logger) {
        for record in batch.messages(1) where record.number(1) <= 1 {
            logger.log(
                level: record.number(1) == 0 ? .info : .debug, "\(withoutTokens(record.string(6)).prefix(longest))",
                metadata: ["target": "\(record.string(2).prefix(100))"])
        }
    }

    /// A token in an address or a header is not for the log: all begin with the code of `{"`.
    static func withoutTokens(_ text: String) -> String {
        guard text.contains("eyJ") else { return text }
        var result = ""
        var rest = text[...]
        while let beginning = rest.firstRange(of: "eyJ") {
            result += rest[..<beginning.lowerBound] + "(token)"
            rest = rest[beginning.lowerBound...].drop { $0.isLetter || $0.isNumber || "-_.=".contains($0) }
        }
        return result + rest
    }
}
