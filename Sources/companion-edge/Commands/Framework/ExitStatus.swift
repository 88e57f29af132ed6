/// What a command's end means to a script, after `sysexits.h`.
///
/// | number | name | when |
/// | --- | --- | --- |
/// | 0 | ``ok`` | done |
/// | 1 | ``failure`` | the command worked, the answer is no (nothing found, a check failed) |
/// | 64 | ``usage`` | wrong command line |
/// | 65 | ``data`` | what was read cannot be used (bad import file, bad value) |
/// | 66 | ``noInput`` | a file to read is not there or not readable |
/// | 69 | ``unavailable`` | something needed is not there (daemon gone in mid-command) |
/// | 70 | ``software`` | a defect of this program |
/// | 73 | ``cannotCreate`` | a file to write cannot be made |
/// | 74 | ``io`` | reading or writing failed half-way, disk full |
/// | 75 | ``temporary`` | try again: another process holds the store |
/// | 77 | ``permission`` | not allowed |
/// | 78 | ``configuration`` | settings are wrong; systemd does not restart on this one |
/// | 130, 143 | ``interrupted``, ``terminated`` | ended by Ctrl-C or SIGTERM before it was done |
struct ExitStatus: RawRepresentable, Sendable, Hashable, Codable {
    let rawValue: Int32

    init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    static let ok = ExitStatus(rawValue: 0)
    static let failure = ExitStatus(rawValue: 1)
    static let usage = ExitStatus(rawValue: 64)
    static let data = ExitStatus(rawValue: 65)
    static let noInput = ExitStatus(rawValue: 66)
    static let unavailable = ExitStatus(rawValue: 69)
    static let software = ExitStatus(rawValue: 70)
    static let cannotCreate = ExitStatus(rawValue: 73)
    static let io = ExitStatus(rawValue: 74)
    static let temporary = ExitStatus(rawValue: 75)
    static let permission = ExitStatus(rawValue: 77)
    static let configuration = ExitStatus(rawValue: 78)
    static let interrupted = ExitStatus(rawValue: 130)
    static let terminated = ExitStatus(rawValue: 143)
}

/// An end that was foreseen: a sentence for the person, what to do about it, and the status for a script.
struct CommandFailure: Error, Sendable, Hashable, CustomStringConvertible {
    let status: ExitStatus
    let message: String
    let advice: String?

    init(_ status: ExitStatus, _ message: String, advice: String? = nil) {
        self.status = status
        self.message = message
        self.advice = advice
    }

    var description: String {
        guard let advice else { return message }
        return "\(message)\n\(advice)"
    }
}
