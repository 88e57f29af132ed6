/// Who enters a room.
package struct RoomGuest: Sendable, Hashable {
    /// The name by which the room knows it.
    package var identity: String
    /// For people to read.
    package var name: String
    /// Whether it is a program that talks with people, which front ends look for and rooms do not count; otherwise somebody like them.
    package let isAgent: Bool

    package static func agent(identity: String, name: String) -> RoomGuest {
        RoomGuest(identity: identity, name: name, isAgent: true)
    }

    package static func person(identity: String, name: String) -> RoomGuest {
        RoomGuest(identity: identity, name: name, isAgent: false)
    }
}
