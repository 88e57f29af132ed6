import Foundation

/// What is known about an installed wake word: the JSON file beside its model.
package struct WakeWordModel: Sendable, Hashable {
    /// The name of its file, by which settings call it: `hey_jarvis`.
    package let id: String
    /// As one would write it.
    package let phrase: String
    /// Mean probability from which it counts as heard, 0…1.
    let cutoff: Float
    /// How many answers of the model are averaged.
    let window: Int
    /// Absolute.
    let path: String

    private struct Description: Decodable {
        struct Micro: Decodable {
            let cutoff: Float
            let window: Int

            enum CodingKeys: String, CodingKey {
                case cutoff = "probability_cutoff"
                case window = "sliding_window_size"
            }
        }

        let phrase: String
        let model: String
        let micro: Micro

        enum CodingKeys: String, CodingKey {
            case model, micro
            case phrase = "wake_word"
        }
    }

    /// Those that are installed, by their names.
    package static func installed(in store: ModelStore) -> [WakeWordModel] {
        guard let package = store.find(ModelCatalogue.wakeWord) else { return [] }
        return package.files(endingIn: ".json").compactMap { WakeWordModel($0, of: package) }.sorted { $0.id < $1.id }
    }

    private init?(_ file: String, of package: InstalledModel) {
        let url = URL(filePath: package.path(file))
        guard let data = try? Data(contentsOf: url), let description = try? JSONDecoder().decode(Description.self, from: data),
            !description.model.contains("/"), (0...1).contains(description.micro.cutoff),
            (1...100).contains(description.micro.window)
        else { return nil }
        id = url.deletingPathExtension().lastPathComponent
        phrase = description.phrase
        (cutoff, window) = (description.micro.cutoff, description.micro.window)
        path = url.deletingLastPathComponent().appending(path: description.model).path
    }
}
