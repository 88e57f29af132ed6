/// What happens to a box in a room, in lines for a person.
enum RoomDeviceLines {
    static func line(_ news: RoomDevice.News) -> String {
        switch news {
        case .joined(let room, let others):
            others.isEmpty
                ? "In the room \(room); nobody else is there yet."
                : "In the room \(room), with \(others.joined(separator: ", "))."
        case .came(let identity): "\(identity) came."
        case .went(let identity): "\(identity) left."
        case .away: "The room cannot be reached. What is said here is kept, and delivered when it can."
        case .noteKept: "Keeping what is said."
        case .notesDelivered(let count): "Delivered what was said meanwhile: \(count) voice note\(count == 1 ? "" : "s")."
        case .notDelivered(let why): "What was said meanwhile waits on: \(why)"
        case .mute(let why): "Nobody is heard here: \(why)"
        case .noConversation(let why): "There is no conversation without the room: \(why)"
        }
    }
}
