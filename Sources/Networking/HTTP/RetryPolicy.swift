import Foundation

/// How long to wait before trying again: exponential with full jitter (Brooker, "Exponential Backoff and Jitter", 2015),
/// and never sooner than the server asked.
package struct RetryPolicy: Sendable, Hashable {
    /// The longest wait before the second attempt.
    package var base: Duration
    /// The longest wait at all, when the server asks for none.
    package var cap: Duration
    /// Longest `Retry-After` that is obeyed.
    package var obeyedAtMost: Duration

    package init(base: Duration = .milliseconds(500), cap: Duration = .seconds(300), obeyedAtMost: Duration = .seconds(3600)) {
        self.base = base
        self.cap = cap
        self.obeyedAtMost = obeyedAtMost
    }

    /// - Parameters:
    ///   - failures: how many attempts in a row have failed, from 1.
    ///   - retryAfter: what the server asked for.
    package func delay(
        failures: Int, retryAfter: Duration? = nil, using generator: inout some RandomNumberGenerator
    ) -> Duration {
        let exponent = min(max(failures, 1) - 1, 30)
        let ceiling = min(cap.milliseconds, base.milliseconds << exponent)
        let jittered = Duration.milliseconds(Int.random(in: 0...max(1, ceiling), using: &generator))
        guard let retryAfter else { return jittered }
        // Spread out what many clients were told at the same moment.
        return min(retryAfter, obeyedAtMost) + min(jittered, .seconds(5))
    }
}

extension HTTPHead {
    /// How long the server asks to be left alone: `Retry-After` in seconds or as a date (RFC 9110, 10.2.3).
    package func retryAfter(now: Date) -> Duration? {
        guard let text = self["retry-after"] else { return nil }
        if let seconds = Int(text) { return seconds >= 0 ? .seconds(seconds) : nil }
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "GMT")
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
        guard let date = formatter.date(from: text) else { return nil }
        return .milliseconds(Int(max(0, date.timeIntervalSince(now) * 1000)))
    }
}

extension HTTPResponse {
    /// The body, if it is JSON by its type and its shape; anything else is not our server speaking.
    package func json() throws(HTTPError) -> Data {
        let type = head.contentType ?? "no type"
        guard type == "application/json" || type.hasSuffix("+json") else {
            throw .notTheService("status \(status) with \(type) instead of JSON")
        }
        do {
            _ = try JSONSerialization.jsonObject(with: body, options: .fragmentsAllowed)
        } catch {
            throw .interrupted("the JSON of the answer is cut or doubled")
        }
        return body
    }
}
