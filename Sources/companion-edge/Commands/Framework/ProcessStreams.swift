import CompanionServices
import Foundation

/// The standard streams of this process, with the files that the command line puts in their place.
struct ProcessStreams {
    let input: any CommandInput
    let output: any CommandOutput
    let errors: any CommandOutput
    let editor: LineEditor?
    let terminal: TerminalFacts

    init(files: OpenFiles, terminal: TerminalFacts) throws {
        let outputThread = WorkThread(name: "output")
        output = FileDescriptorOutput(files.output ?? STDOUT_FILENO, thread: outputThread)
        errors = FileDescriptorOutput(STDERR_FILENO, thread: outputThread)
        let inputThread = WorkThread(name: "input")
        let reader = try FileDescriptorReader(files.input ?? STDIN_FILENO, thread: inputThread)
        editor = terminal.inputIsTerminal ? try LineEditor(thread: inputThread) : nil
        input = ProcessInput(reader: reader, editor: editor, output: output)
        var terminal = terminal
        if files.output != nil {
            terminal.outputIsTerminal = false
            terminal.colour = false
        }
        if files.input != nil { terminal.inputIsTerminal = false }
        self.terminal = terminal
    }
}
