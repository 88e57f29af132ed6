import Foundation
import Glibc
import Networking

/// Debian's redis-server, with a folder of its own, on a Unix socket and, when asked for, a port of this machine.
///
/// It can be killed and started again on the same address, held still, and made to refuse writes.
package final class RedisServer {
    package static let program = URL(filePath: "/usr/bin/redis-server")

    private let folder: TemporaryDirectory
    private let options: [String]
    private var process: ChildProcess?
    /// Whose certificate it shows where it speaks TLS.
    package let household: HomeAuthority?
    /// Nil unless it listens on one.
    package let port: Int?

    /// - Parameter options: as in `redis.conf`, such as `["--requirepass", "secret"]`.
    /// - Parameter usesTLS: the port then speaks TLS, with a certificate of ``household``.
    package init(_ options: [String] = [], onPort: Bool = false, usesTLS: Bool = false) async throws {
        folder = try TemporaryDirectory()
        port = onPort || usesTLS ? try Self.freePort() : nil
        var all = [
            "--save", "", "--appendonly", "no", "--daemonize", "no", "--dir", folder.url.path, "--unixsocket",
            folder.file("s").path,
        ]
        if usesTLS, let port {
            let home = try await HomeAuthority()
            household = home
            all += [
                "--port", "0", "--tls-port", "\(port)", "--tls-cert-file", home.certificate, "--tls-key-file", home.key,
                "--tls-ca-cert-file", home.authority, "--tls-auth-clients", "no",
            ]
        } else {
            household = nil
            all += ["--port", "\(port ?? 0)"]
        }
        if port != nil { all += ["--bind", "127.0.0.1"] }
        self.options = all + options
        try await start()
    }

    deinit {
        process?.send(signal: SIGCONT)
        process?.send(signal: SIGKILL)
    }

    /// `unix://…`, with a password if one is given.
    package func address(password: String? = nil, database: Int = 0) -> String {
        "unix://\(password.map { ":\($0)@" } ?? "")\(folder.file("s").path)?db=\(database)"
    }

    /// Returns when it accepts connections.
    package func start() async throws {
        let process = try ChildProcess(Self.program, options)
        self.process = process
        guard await process.output(isEnough: { $0.contains("eady to accept connections") }) else {
            throw PeerError(description: "redis-server did not start: \(await process.ended().output.suffix(600))")
        }
    }

    /// As a power cut ends it. Nothing is kept: its data is in memory.
    package func kill() async {
        process?.send(signal: SIGCONT)
        process?.send(signal: SIGKILL)
        _ = await process?.ended()
        process = nil
    }

    /// It accepts connections, and answers nothing until ``thaw()``.
    package func freeze() { process?.send(signal: SIGSTOP) }
    package func thaw() { process?.send(signal: SIGCONT) }

    /// What `redis-cli` says.
    @discardableResult
    package func cli(_ arguments: String..., password: String? = nil) async throws -> String {
        let login = password.map { ["-a", $0, "--no-auth-warning"] } ?? []
        let ended = try await ChildProcess.run(
            URL(filePath: "/usr/bin/redis-cli"), ["-s", folder.file("s").path] + login + arguments)
        return ended.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, length) == 0 ? getsockname(descriptor, pointer, &length) : -1
            }
        }
        guard result == 0 else { throw PeerError(description: "no free port") }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
