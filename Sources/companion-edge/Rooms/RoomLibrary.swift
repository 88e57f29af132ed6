import AudioIO
import CompanionServices
import Logging

/// LiveKit's library, as it was installed on this device.
enum RoomLibrary {
    /// - Throws: ``RoomError`` noLibrary when it is not there in the version that is known here, damagedLibrary when it is not what
    ///   was installed; ``LiveKitError`` when it cannot be opened.
    static func load(_ store: ModelStore, logger: Logger) throws -> LiveKitLibrary {
        let package = ModelCatalogue.liveKit
        guard let model = store.find(package) else { throw RoomError.noLibrary(reason: "LiveKit's library is not installed") }
        guard model.version == package.version else {
            throw RoomError.noLibrary(
                reason: "LiveKit's library \(package.version) is needed, and \(model.version) is installed")
        }
        if let damage = model.damage().first { throw RoomError.damagedLibrary(reason: damage.description) }
        return try LiveKitLibrary.load(path: model.path(ModelCatalogue.liveKitLibrary), logger: logger)
    }
}
