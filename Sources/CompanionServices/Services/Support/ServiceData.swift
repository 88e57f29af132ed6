import Foundation

/// Phrases and word lists the services read from the program's data folder.
enum ServiceData {
    /// Decodes `Brain/Data/<name>.json`. A missing or malformed file means a damaged installation and says so.
    static func load<T: Decodable>(_ type: T.Type, from name: String) throws(ServiceError) -> T {
        guard let url = Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Data") else {
            throw ServiceError(.programData, "the data file \(name).json is missing; install the program again")
        }
        do {
            return try JSONDecoder().decode(type, from: Data(contentsOf: url))
        } catch {
            throw ServiceError(
                .programData, "the data file \(name).json cannot be read; install the program again", underlying: error)
        }
    }
}
