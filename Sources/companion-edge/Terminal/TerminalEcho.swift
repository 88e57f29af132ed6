import Foundation

/// A terminal that does not show what is typed, until it is restored.
struct TerminalEcho {
    private let descriptor: Int32
    private let before: termios

    /// Nil when `descriptor` is no terminal.
    static func off(_ descriptor: Int32) -> TerminalEcho? {
        var settings = termios()
        guard tcgetattr(descriptor, &settings) == 0 else { return nil }
        let before = settings
        settings.c_lflag &= ~tcflag_t(ECHO)
        settings.c_lflag |= tcflag_t(ICANON | ISIG)
        guard tcsetattr(descriptor, TCSAFLUSH, &settings) == 0 else { return nil }
        return TerminalEcho(descriptor: descriptor, before: before)
    }

    func restore() {
        var settings = before
        tcsetattr(descriptor, TCSAFLUSH, &settings)
    }
}
