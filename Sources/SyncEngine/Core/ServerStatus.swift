import LocalStore

/// What the server knows about the person's sync: the answer of `sync_status`.
package struct ServerStatus: Sendable, Hashable {
    package struct Device: Sendable, Hashable {
        package let id: String
        package let seen: Timestamp
        /// The newest operation number the server has of it.
        package let last: Int64
    }

    package let protocols: ClosedRange<Int64>
    package let epoch: String?
    package let head: Int64
    package let live: Int64
    /// The server's clock, in milliseconds since 1970.
    package let now: Int64
    package let devices: [Device]
    /// `active`, or what else the server says of the account.
    package let account: String

    package init(parsing text: String) throws(WireError) {
        let object = try WireObject(parsing: text, path: "status")
        let versions = try object.object("proto")
        let (minimum, maximum) = (try versions.count("min"), try versions.count("max"))
        guard minimum <= maximum else { throw WireError("status.proto has no version") }
        var devices: [Device] = []
        for device in try object.objects("devices") {
            guard let seen = Timestamp(iso8601: try device.text("seen")) else {
                throw WireError("\(device.path).seen is not a time")
            }
            devices.append(Device(id: try device.uuid("id"), seen: seen, last: try device.count("last")))
        }
        protocols = minimum...maximum
        epoch = try object.uuidIfPresent("epoch")
        head = try object.count("head")
        live = try object.count("live")
        now = try object.count("now")
        self.devices = devices
        account = try object.text("account")
    }
}
