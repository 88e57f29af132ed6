import Foundation

/// An authority and a certificate of it for this machine, as a household would make them with openssl.
package struct HomeAuthority: Sendable {
    private let folder: TemporaryDirectory

    package init() async throws {
        let folder = try TemporaryDirectory()
        self.folder = folder
        func openssl(_ arguments: [String]) async throws {
            let ended = try await ChildProcess.run(URL(filePath: "/usr/bin/openssl"), arguments, folder: folder.url)
            guard ended.status == 0 else { throw PeerError(description: "openssl failed: \(ended.errors.suffix(400))") }
        }
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        try await openssl(["req", "-x509"] + key + ["-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Home", "-days", "2"])
        try await openssl(["req"] + key + ["-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=server"])
        try Data("subjectAltName=IP:127.0.0.1,DNS:localhost\n".utf8).write(to: folder.file("names"))
        try await openssl([
            "x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out", "server.pem",
            "-days", "2", "-extfile", "names",
        ])
    }

    /// What those who trust the household name, a PEM file.
    package var authority: String { folder.file("ca.pem").path }
    /// The server's, a PEM file.
    package var certificate: String { folder.file("server.pem").path }
    package var key: String { folder.file("server.key").path }
}
