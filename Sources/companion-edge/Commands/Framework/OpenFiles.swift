import Foundation

/// The files of a command line, opened with the caller's rights. The output file appears under its name only when it is whole.
final class OpenFiles {
    let input: Int32?
    let output: Int32?
    private let target: String?
    private let partial: String?
    private var isFinished = false

    init(_ files: CommandFiles, in workingDirectory: URL) throws(CommandFailure) {
        if let path = Self.path(files.input, in: workingDirectory) {
            let descriptor = open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else {
                throw CommandFailure(.noInput, "'\(path)' cannot be read: \(Self.reason).")
            }
            input = descriptor
        } else {
            input = nil
        }
        guard let path = Self.path(files.output, in: workingDirectory) else {
            (output, target, partial) = (nil, nil, nil)
            return
        }
        guard files.replacesOutput || access(path, F_OK) != 0 else {
            throw CommandFailure(
                .cannotCreate, "'\(path)' is there already.", advice: "Choose another name, or give --force to replace it.")
        }
        let url = URL(filePath: path)
        let temporary = url.deletingLastPathComponent().appending(path: ".\(url.lastPathComponent).\(getpid()).partial").path
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw CommandFailure(.cannotCreate, "'\(path)' cannot be written: \(Self.reason).")
        }
        (output, target, partial) = (descriptor, path, temporary)
    }

    deinit {
        if let input { close(input) }
        if let output, !isFinished { close(output) }
        if let partial, !isFinished { unlink(partial) }
    }

    /// Puts the output in its place, on the disk; or takes it away.
    func finish(keepingOutput: Bool) throws(CommandFailure) {
        guard keepingOutput, let output, let target, let partial else { return }
        guard fsync(output) == 0, close(output) == 0 else {
            throw CommandFailure(.io, "'\(target)' cannot be written: \(Self.reason).")
        }
        isFinished = true
        guard rename(partial, target) == 0 else {
            let reason = Self.reason
            unlink(partial)
            throw CommandFailure(.cannotCreate, "'\(target)' cannot be written: \(reason).")
        }
    }

    private static var reason: String { String(cString: strerror(errno)) }

    /// `nil` for a standard stream.
    private static func path(_ given: String?, in workingDirectory: URL) -> String? {
        guard let given, given != "-" else { return nil }
        return URL(filePath: given, relativeTo: workingDirectory).standardizedFileURL.path
    }
}
