import CompanionServices
import Foundation

/// Looks at the speech models: what there is, and whether every file is what was installed. None is needed.
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
        return damaged + [.fine("hearing", hearing)]
    }
}
