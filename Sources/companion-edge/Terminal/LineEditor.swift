import CEditLine
import CompanionServices
import Foundation
import Synchronization

/// Lines typed at the terminal, edited with libedit on a thread of its own. What the arrow keys go back to comes from the caller:
/// the store has all that was said already, so no second copy lies in a file.
final class LineEditor: Sendable {
    private let thread: WorkThread
    private let session: Mutex<Session>
    private let events: Events

    init(thread: WorkThread) throws {
        self.thread = thread
        events = try Events()
        session = Mutex(Session(events: events))
    }

    /// Adds earlier lines, oldest first.
    func recall(_ lines: [String]) async throws {
        try await thread.run { [self] in try session.withLock { try $0.recall(lines) } }
    }

    /// Asks for one line. Cancelling the task ends the asking.
    func line(prompt: String) async throws -> TypedLine {
        let question = Question()
        return try await withTaskCancellationHandler {
            // The lock is held while the person thinks; nobody else takes it, because questions follow one another.
            try await thread.run { [self] in try session.withLock { try $0.line(prompt: prompt, question) } }
        } onCancel: {
            question.giveUp()
            events.wakePipe.wake()
        }
    }

    /// Ctrl-C: throws the line being edited away.
    func interrupt() { events.post(.interrupt) }

    /// Shows `text` above the line being edited, at once.
    func interject(_ text: String) { events.post(.text(text)) }

    var isEditing: Bool { events.isEditing }

    /// One asking, which may be given up before, while or after the person types.
    private final class Question: Sendable {
        private let state = Mutex(false)

        var isGivenUp: Bool { state.withLock { $0 } }

        func giveUp() {
            state.withLock { $0 = true }
        }
    }

    // MARK: What the outside wants while the editor waits for keys

    private final class Events: Sendable {
        enum Event {
            case text(String)
            case interrupt
        }

        private struct State {
            var queue: [Event] = []
            var isEditing = false
        }

        let wakePipe: WakePipe
        private let state = Mutex(State())

        init() throws {
            wakePipe = try WakePipe()
        }

        var isEditing: Bool { state.withLock { $0.isEditing } }

        func post(_ event: Event) {
            state.withLock { $0.queue.append(event) }
            wakePipe.wake()
        }

        func setEditing(_ isEditing: Bool) {
            state.withLock { $0.isEditing = isEditing }
        }

        func take() -> [Event] {
            wakePipe.clear()
            return state.withLock { state in
                defer { state.queue.removeAll() }
                return state.queue
            }
        }
    }

    // MARK: The editor itself, on its thread

    private struct Session: ~Copyable {
        private let events: Events
        private var opened: Handles?

        init(events: Events) {
            self.events = events
        }

        mutating func recall(_ lines: [String]) throws {
            let handles = try handles()
            for line in lines { handles.remember(line) }
        }

        /// Opened when first needed: most commands never ask for a line.
        private mutating func handles() throws -> Handles {
            if let opened { return opened }
            let handles = try Handles(events: events)
            opened = handles
            return handles
        }

        mutating func line(prompt: String, _ question: Question) throws -> TypedLine {
            guard !question.isGivenUp else { return .end }
            let handles = try handles()
            events.setEditing(true)
            defer { events.setEditing(false) }
            return handles.line(prompt: prompt, question)
        }
    }

    private final class Handles {
        private let editor: OpaquePointer
        private let list: OpaquePointer?
        private let wait: UnsafeMutablePointer<CEditLineWait>
        private let waker: Waker

        init(events: Events) throws {
            waker = Waker(events)
            wait = .allocate(capacity: 1)
            wait.initialize(
                to: CEditLineWait(
                    input: STDIN_FILENO, wake: events.wakePipe.readEnd,
                    on_wake: { context in
                        guard let context else { return 0 }
                        return Unmanaged<Waker>.fromOpaque(context).takeUnretainedValue().act()
                    },
                    context: Unmanaged.passUnretained(waker).toOpaque(), prompt: nil))
            guard let input = fdopen(dup(STDIN_FILENO), "r"), let output = fdopen(dup(STDOUT_FILENO), "w"),
                let errors = fdopen(dup(STDERR_FILENO), "w"), let editor = cedit_open(input, output, errors, wait)
            else {
                throw SystemCallError("el_init")
            }
            self.editor = editor
            list = cedit_history_open(editor, 500)
        }

        deinit {
            el_end(editor)
            if let list { history_end(list) }
            wait.deallocate()
        }

        func line(prompt: String, _ question: Question) -> TypedLine {
            waker.begin(question)
            return prompt.withCString { text in
                wait.pointee.prompt = text
                defer { wait.pointee.prompt = nil }
                var count: Int32 = 0
                guard let characters = el_gets(editor, &count), count > 0 else {
                    defer { el_reset(editor) }
                    return waker.wasInterrupted ? .interrupted : .end
                }
                var line = String(cString: characters)
                while line.last?.isNewline == true { line.removeLast() }
                remember(line)
                return .line(line)
            }
        }

        func remember(_ line: String) {
            guard let list, !line.allSatisfy(\.isWhitespace) else { return }
            _ = cedit_history_add(list, line)
        }
    }

    /// Acts on events in the middle of a line.
    private final class Waker {
        private let events: Events
        private var question = Question()
        private(set) var wasInterrupted = false

        init(_ events: Events) {
            self.events = events
        }

        func begin(_ question: Question) {
            self.question = question
            wasInterrupted = false
        }

        /// 0 to go on editing, 1 to give the line up.
        func act() -> Int32 {
            for event in events.take() {
                switch event {
                case .text(let text):
                    let shown = Array("\r\u{1B}[K\(text)\n".utf8)
                    _ = write(STDOUT_FILENO, shown, shown.count)
                case .interrupt:
                    wasInterrupted = true
                    return 1
                }
            }
            return question.isGivenUp ? 1 : 0
        }
    }
}
