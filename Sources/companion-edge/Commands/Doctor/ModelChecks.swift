import CompanionServices
import Foundation

/// Looks at the models: what there is, and whether every file is what was installed. None is needed.
struct ModelChecks {
    let context: CommandContext

    func findings() async throws -> [Finding] {
        let store = ModelStore(context.configuration, in: context.workingDirectory)
        let damage = try await WorkThread(name: "models").run {
            store.all().compactMap { model in model.damage().first.map { (name: model.name, reason: $0.description) } }
        }
        let damaged = damage.map { model in
            Finding.warning(
                "models", "\(model.name): \(model.reason)", fix: "companion-edge models install --again \(model.name)")
        }
        let languages = MoonshineRecogniser(store).languages
        let hearing =
            languages.isEmpty
            ? "speech is not understood on this device; 'companion-edge models install' changes that for English"
            : "English is understood on this device"
        // A damaged library was told of already.
        let isDamaged = damage.contains { $0.name == ModelCatalogue.liveKit.name }
        return damaged + [.fine("hearing", hearing)] + (isDamaged ? [] : [rooms(store)])
    }

    /// Whoever has set up a server wants to join its rooms; nobody else needs the library.
    private func rooms(_ store: ModelStore) -> Finding {
        let package = ModelCatalogue.liveKit
        let install = "companion-edge models install \(package.name)"
        switch store.find(package) {
        case let installed? where installed.version == package.version: return .fine("rooms", "LiveKit's library is there")
        case let installed?:
            return .warning(
                "rooms", "LiveKit's library is version \(installed.version), and \(package.version) is needed", fix: install)
        case nil where context.configuration.isSet(.liveKitURL):
            return .warning(
                "rooms", "no room can be joined, because LiveKit's library is not installed; everything else works", fix: install)
        case nil: return .fine("rooms", "none can be joined; '\(install)' changes that")
        }
    }
}
