import AudioIO
import CompanionServices
import Logging

/// LiveKit's library, as it was installed on this device.
enum RoomLibrary {
    /// - Throws: ``RoomError/noLibrary(reason:)`` when it is not there or not what was installed.
    static func load(_ store: ModelStore, logger: Logger) throws -> LiveKitLibrary {
        let package = ModelCatalogue.liveKit
        guard let model = store.find(package) else { throw RoomError.noLibrary(reason: "LiveKit's library is not installed") }
        guard model.version == package.version else {
            throw RoomError.noLibrary(
                reason: "LiveKit's library \(package.version) is needed, and \(model.version) is installed")
        }
        if let damage = model.damage().first { throw RoomError.noLibrary(reason: damage.description) }
        do throws(LiveKitError) {
            return try LiveKitLibrary.load(path: model.path(ModelCatalogue.liveKitLibrary), logger: logger)
        } catch {
            throw RoomError.noLibrary(reason: error.message)
        }
    }
}
