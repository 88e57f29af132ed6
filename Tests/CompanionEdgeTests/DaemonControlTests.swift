import Foundation
import Glibc
import NIOCore
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing

@testable import companion_edge

@Suite(.timeLimit(.minutes(20))) struct DaemonControlTests {
    @Test("a command's output, errors and status come back as they were")
    func relaysOutput() async throws {
        let large = (0..<300_000).map { UInt8(truncatingIfNeeded: $0) }
        let (status, output, errors) = try await withControlServer { request, _, output, errors, _ in
            try await output.write(request.arguments.joined(separator: "|"))
            try await errors.write("careful\n")
            try await output.write(large)
            return ExitStatus(rawValue: 7)
        } _: { path, _ in
            let (output, errors) = (CollectedOutput(), CollectedOutput())
            let status = try await ControlClient(paths: [path]).run(
                request("memory", "search", "چائے"), input: PreparedInput(), output: output, errors: errors, signals: noSignals())
            return (status, output.bytes, errors.text)
        }
        #expect(status == ExitStatus(rawValue: 7))
        #expect(output == Array("memory|search|چائے".utf8) + large)
        #expect(errors == "careful\n")
    }

    @Test("input is asked for, piece by piece, and typed lines carry their prompts")
    func relaysInput() async throws {
        let input = PreparedInput(chunks: [[1, 2], [3]], lines: [.line("سلام"), .interrupted])
        let output = CollectedOutput()
        try await withControlServer { _, input, output, _, _ in
            while let bytes = try await input.read() { try await output.write(bytes) }
            try await input.interject("⏰")
            while true {
                let line = try await input.line(prompt: "> ")
                try await output.write("\(line);")
                if line == .end { return .ok }
            }
        } _: { path, _ in
            let status = try await ControlClient(paths: [path]).run(
                request("chat"), input: input, output: output, errors: CollectedOutput(), signals: noSignals())
            #expect(status == .ok)
        }
        #expect(output.bytes == [1, 2, 3] + Array("line(\"سلام\");interrupted;end;".utf8))
        #expect(input.prompts.withLock { $0 } == ["> ", "> ", "> "])
        #expect(input.interjections.withLock { $0 } == ["⏰"])
    }

    @Test("a read that was cancelled loses nothing: the next one takes its answer")
    func cancelledRead() async throws {
        let sent = Mutex(0)
        let input = ClientInput { _ in sent.withLock { $0 += 1 } }
        let reading = Task { try await input.read() }
        reading.cancel()
        await #expect(throws: CancellationError.self) { try await reading.value }
        try input.receive(.input(ByteBuffer(string: "kept")))
        let bytes = try await input.read()
        #expect(bytes == Array("kept".utf8))
        #expect(sent.withLock { $0 } == 1)
        #expect(throws: ControlProtocolError.self) { try input.receive(.input(nil)) }
        input.finish()
        let end = try await input.line(prompt: "")
        #expect(end == .end)
    }

    @Test("signals arrive while the command waits for input")
    func signals() async throws {
        let status = try await withControlServer { _, _, output, _, signals in
            try await output.write("ready")
            for await signal in signals { return signal == .interrupt ? .interrupted : .terminated }
            return .software
        } _: { path, _ in
            let (signals, signal) = AsyncStream.makeStream(of: CommandSignal.self)
            signal.yield(.interrupt)
            return try await ControlClient(paths: [path]).run(
                request("chat"), input: SilentInput(), output: CollectedOutput(), errors: CollectedOutput(), signals: signals)
        }
        #expect(status == .interrupted)
    }

    @Test("no socket, a stale one and a path no socket can have all mean: no daemon")
    func noDaemon() async throws {
        let folder = try TemporaryDirectory()
        let stale = folder.file("stale.sock").path
        let descriptor = try boundSocket(path: stale)
        close(descriptor)
        #expect(FileManager.default.fileExists(atPath: stale))
        let client = ControlClient(paths: [folder.file("none").path, stale, "/" + String(repeating: "x", count: 200)])
        let status = try await client.run(
            request("status"), input: SilentInput(), output: CollectedOutput(), errors: CollectedOutput(), signals: noSignals())
        #expect(status == nil)
        let alive = try await client.daemonIsAlive()
        #expect(!alive)
    }

    @Test("the socket file is the owner's alone, replaces a stale one and goes with the server")
    func socketFile() async throws {
        let path = try await withControlServer { _, _, _, _, _ in
            .ok
        } _: { path, _ in
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            let alive = try await ControlClient(paths: [path]).daemonIsAlive()
            #expect(alive)
            return path
        }
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test("a socket that systemd made is served too")
    func inheritedSocket() async throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("activated.sock").path
        let descriptor = try boundSocket(path: path)
        try await withControlServer(inherited: [descriptor]) { _, _, _, _, _ in
            .noInput
        } _: { own, _ in
            for path in [path, own] {
                let status = try await ControlClient(paths: [path]).run(
                    request("status"), input: SilentInput(), output: CollectedOutput(), errors: CollectedOutput(),
                    signals: noSignals())
                #expect(status == .noInput)
            }
        }
    }

    @Test("what is no client of ours gets a clear refusal and the daemon lives on")
    func refusals() async throws {
        try await withControlServer { _, _, _, _, _ in
            .ok
        } _: { path, _ in
            let hello = try frame(.hello(ControlHello(version: ControlProtocol.version, request: request("x"))))
            let bad: [[UInt8]] = [
                Array("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8), [0, 0, 0, 0], [255, 255, 255, 255, 1], [0, 0, 0, 1, 77],
                [0, 0, 0, 2, 1, 0x7B], try frame(.line(.end)),
            ]
            for bytes in bad {
                let answers = try await exchange(bytes, path: path)
                guard case .refusal(let refusal) = try #require(answers.last) else {
                    Issue.record("\(answers)")
                    continue
                }
                #expect(refusal.status == .data)
            }
            let other = try await exchange(try frame(.hello(ControlHello(version: 99, request: request("x")))), path: path)
            #expect(other == [.refusal(.otherVersion(99))])
            let good = try await exchange(hello, path: path)
            #expect(good == [.exit(.ok)])
        }
    }

    @Test("input that nobody asked for ends the command with a refusal")
    func unaskedInput() async throws {
        let answers = try await withControlServer { _, _, _, _, signals in
            for await _ in signals { return .terminated }
            return .ok
        } _: { path, _ in
            let hello = try frame(.hello(ControlHello(version: ControlProtocol.version, request: request("x"))))
            return try await exchange(hello + frame(.input(ByteBuffer(string: "surprise"))), path: path)
        }
        guard case .refusal = answers.first else {
            Issue.record("\(answers)")
            return
        }
    }

    @Test("200 clients at once are all served, beside one that never reads and one that never speaks")
    func manyClients() async throws {
        let flood = [UInt8](repeating: 7, count: 8 << 20)
        try await withControlServer { request, _, output, _, _ in
            try await output.write(request.arguments == ["flood"] ? flood : Array((request.arguments.first ?? "").utf8))
            return .ok
        } _: { path, _ in
            let mute = try connectedSocket(path: path)
            let deaf = try connectedSocket(path: path)
            defer { for descriptor in [mute, deaf] { close(descriptor) } }
            let hello = try frame(.hello(ControlHello(version: ControlProtocol.version, request: request("flood"))))
            #expect(write(deaf, hello, hello.count) == hello.count)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        let output = CollectedOutput()
                        let status = try await ControlClient(paths: [path]).run(
                            request("\(number)"), input: SilentInput(), output: output, errors: output, signals: noSignals())
                        #expect(status == .ok)
                        #expect(output.text == "\(number)")
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test("a client that says nothing is shown out in the end")
    func silentClient() async throws {
        try await withControlServer(helloDeadline: .milliseconds(20)) { _, _, _, _, _ in
            .ok
        } _: { path, _ in
            let answer = try await withPlainConnection(to: path) { inbound, _ in try await inbound.next() }
            #expect(answer == nil)
        }
    }

    @Test("a client that vanishes ends its command: input ends, the command is told to stop")
    func vanishingClient() async throws {
        let (ends, end) = AsyncStream.makeStream(of: String.self)
        try await withControlServer { _, input, _, _, signals in
            let bytes = try await input.read()
            for await signal in signals {
                end.yield("\(bytes == nil) \(signal)")
                break
            }
            return .ok
        } _: { path, _ in
            let question = try await withPlainConnection(to: path) { inbound, outbound in
                let hello = try frame(.hello(ControlHello(version: ControlProtocol.version, request: request("chat"))))
                try await outbound.write(ByteBuffer(bytes: hello))
                return try await inbound.next()
            }
            #expect(question == ByteBuffer(bytes: [0, 0, 0, 1, 3]))
            for await message in ends {
                #expect(message == "true terminate")
                break
            }
        }
    }

    @Test("a daemon that vanishes in the middle is reported as such")
    func vanishingDaemon() async throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("s").path
        let listener = try boundSocket(path: path)
        defer { close(listener) }
        listen(listener, 1)
        // A thread of its own, because accept waits.
        Thread.detachNewThread { close(accept(listener, nil, nil)) }
        let error = await #expect(throws: CommandFailure.self) {
            _ = try await ControlClient(paths: [path]).run(
                request("backup"), input: SilentInput(), output: CollectedOutput(), errors: CollectedOutput(),
                signals: noSignals())
        }
        #expect(error?.status == .unavailable)
    }

    @Test("at shutdown nobody new is served, and a command that runs is told to stop and finishes")
    func shutdown() async throws {
        let path = try await withControlServer { _, _, output, _, _ in
            try await output.write("begun\n")
            try await gracefulShutdown()
            try await output.write("finished\n")
            return .ok
        } _: { path, group in
            let (begun, hasBegun) = AsyncStream.makeStream(of: Void.self)
            let output = CollectedOutput()
            async let status = ControlClient(paths: [path]).run(
                request("chat"), input: SilentInput(), output: AnnouncingOutput(begun: hasBegun, next: output), errors: output,
                signals: noSignals())
            for await _ in begun { break }
            await group.triggerGracefulShutdown()
            let ended = try await status
            #expect(ended == .ok)
            #expect(output.text == "begun\nfinished\n")
            return path
        }
        let none = try await ControlClient(paths: [path]).daemonIsAlive()
        #expect(!none)
    }
}

/// Passes on, and tells when something came.
private struct AnnouncingOutput: CommandOutput {
    let begun: AsyncStream<Void>.Continuation
    let next: any CommandOutput

    func write(_ bytes: [UInt8]) async throws {
        begun.yield()
        try await next.write(bytes)
    }
}

private struct SocketFailure: Error {
    let code = errno
}

private func unixSocket(
    path: String, _ call: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Int32
) throws -> Int32 {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
    let done = withUnsafePointer(to: &address) { address in
        address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            call(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
    }
    guard descriptor >= 0, done == 0 else { throw SocketFailure() }
    return descriptor
}

private func boundSocket(path: String) throws -> Int32 {
    try unixSocket(path: path) { bind($0, $1, $2) }
}

private func connectedSocket(path: String) throws -> Int32 {
    try unixSocket(path: path) { connect($0, $1, $2) }
}
