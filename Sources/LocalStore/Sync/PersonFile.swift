import Foundation
import GRDB

/// A person's tables on any GRDB connection, for programs that run transactions themselves, such as a simulation.
package enum PersonFile {
    /// Makes the tables or brings them up to date, and binds them to their person.
    ///
    /// - Returns: the device id: the one that is there, or `deviceID` on a new file.
    package static func prepare(_ writer: some DatabaseWriter, userID: UserID, deviceID: String) throws -> String {
        try StoreSchema.migrate(writer)
        return try writer.write { db in
            if let present = try db.syncText("device_id") { return present }
            try db.setSync("user_id", userID.text)
            try db.setSync("device_id", deviceID)
            return deviceID
        }
    }
}
