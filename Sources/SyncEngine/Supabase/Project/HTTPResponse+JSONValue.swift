import LocalStore
import Networking

extension HTTPResponse {
    /// The body as JSON with whole numbers kept exactly.
    ///
    /// - Throws: ``HTTPError/notTheService(_:)`` when it is no JSON by its type (a login page of a network answers 200 with
    ///   HTML), ``HTTPError/interrupted(_:)`` when it is cut or doubled.
    func jsonValue() throws(HTTPError) -> JSONValue {
        let type = head.contentType ?? "no type"
        guard type == "application/json" || type.hasSuffix("+json") else {
            throw .notTheService("status \(status) with \(type) instead of JSON")
        }
        guard let text = String(validating: body, as: UTF8.self) else {
            throw .interrupted("the answer is no UTF-8")
        }
        do {
            return try JSONValue(parsing: text)
        } catch {
            throw .interrupted("the JSON of the answer is cut or doubled")
        }
    }
}
