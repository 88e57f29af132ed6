/// Something that happens to the world from outside, as opposed to what the programs in it do by themselves.
package enum Action: Sendable, Hashable {
    /// A person uses the program on a seat.
    case write(seat: Int, LocalWrite)
    /// The cloud companion, or an SQL prompt, writes a person's rows.
    case cloud(person: Int, CloudWrite)
    case crash(seat: Int, forMilliseconds: Int64)
    /// Keeps a copy of the seat's file; a later `setBack` or `clone` uses it.
    case copyFile(seat: Int)
    case setBack(seat: Int)
    /// The copy comes to life on another device while this one goes on.
    case clone(seat: Int)
    case jumpClock(device: Int, byMilliseconds: Int64)
    /// The device starts anew; without a battery-backed clock its time begins somewhere in the past.
    case reboot(device: Int, clockMilliseconds: Int64)
    case partition(device: Int, forMilliseconds: Int64)
    case copyServer
    /// The server is set back to its copy; `quietly` means that nobody renews the epochs afterwards.
    case restoreServer(quietly: Bool)
    case truncate(table: String)
    case collectTombstones(afterMilliseconds: Int64)
    /// A row vanishes without its trigger; a nightly job notices.
    case deleteUnseen(person: Int, choice: Int)
    case reconcile(person: Int)
    /// The person has everything deleted.
    case forgetMe(person: Int)
    /// The server speaks a newer protocol for a while.
    case refuseProtocol(forMilliseconds: Int64)
    /// The server's functions are missing for a while.
    case unmigrate(forMilliseconds: Int64)
    /// A table or column that this program does not know.
    case writeNewer(person: Int, choice: Int)
}

/// What a person does on a seat. Keys and values are numbers here; ``LocalWriter`` makes texts of them.
package enum LocalWrite: Sendable, Hashable {
    case remember(key: Int, isShared: Bool)
    case forget(key: Int, isShared: Bool)
    case say
    case deleteMessage(choice: Int)
    case trust(tenths: Int)
    case stage
    case summary
    /// Changes one of the columns that stand or fall together and leaves the others.
    case partOfSummary
    case profile
    case onboarding(field: Int)
    case remind
    case changeReminder(choice: Int)
    case deleteReminder(choice: Int)
    /// The whole transaction is given up at its end.
    case rolledBack(key: Int)
    /// Breaks a constraint of the database.
    case poison
    /// Breaks a rule that the server checks itself.
    case refused
}

package enum CloudWrite: Sendable, Hashable {
    case upsertMemory(key: Int, isShared: Bool)
    case deleteMemory(key: Int)
    case summary
    case stage
    case metadata
    case profile
    case onboarding(field: Int)
}

/// An action and its moment, in milliseconds from the beginning.
package struct PlannedAction: Sendable, Hashable, CustomStringConvertible {
    package let at: Int64
    package let action: Action

    package var description: String { "\(at) ms: \(action)" }
}
