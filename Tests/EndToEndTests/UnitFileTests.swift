import Foundation
import TestSupport
import Testing

/// The systemd units, as `make lint` checks them, and that this check finds what is wrong.
@Suite struct UnitFileTests {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    static let units = root.appending(path: "systemd")

    static let names = [
        "companion-edge.service", "companion-edge.socket", "companion-edge-sync.service", "companion-edge-sync.timer",
        "companion-llm.service",
    ]

    @Test("the units verify, and each service's exposure is at most 1.6")
    func unitsAreGood() async throws {
        let checked = try await check(Self.units)
        #expect(checked.status == 0, "\(checked.output)\(checked.errors)")
        let exposures = checked.output.matches(of: /exposure level for companion-(edge|edge-sync|llm).service: ([0-9.]+)/)
        #expect(exposures.count == 3)
        for exposure in exposures { #expect(try #require(Double(exposure.2)) <= 1.6) }
    }

    @Test(
        "the check finds a misspelt key, a bad value, a missing program and a loosened sandbox",
        arguments: [
            ("ProtectClock=yes", "ProtectClok=yes"), ("WatchdogSec=30s", "WatchdogSec=soon"),
            ("ExecStart=/usr/local/lib", "ExecStart=/usr/local/libexec"), ("CapabilityBoundingSet=\n", ""),
        ])
    func findsFaults(change: (from: String, to: String)) async throws {
        let folder = try TemporaryDirectory()
        for unit in Self.names {
            try FileManager.default.copyItem(at: Self.units.appending(path: unit), to: folder.file(unit))
        }
        let service = folder.file("companion-edge.service")
        var text = try String(contentsOf: service, encoding: .utf8)
        #expect(text.contains(change.from))
        text = text.replacing(change.from, with: change.to)
        if change.to.isEmpty { text = text.replacing("PrivateUsers=yes", with: "").replacing("ProtectClock=yes", with: "") }
        try text.write(to: service, atomically: true, encoding: .utf8)
        let checked = try await check(folder.url)
        #expect(checked.status != 0, "\(checked.output)")
    }

    @Test("the user and the folders are what sysusers and tmpfiles make; only root may try", .enabled(if: geteuid() == 0))
    func users() async throws {
        let folder = try TemporaryDirectory()
        try FileManager.default.createDirectory(at: folder.file("etc"), withIntermediateDirectories: false)
        for (tool, file) in [("systemd-sysusers", "sysusers"), ("systemd-tmpfiles", "tmpfiles")] {
            let configuration = Self.units.appending(path: "companion-edge.\(file).conf").path
            let arguments =
                tool == "systemd-sysusers" ? ["--root=\(folder.url.path)"] : ["--root=\(folder.url.path)", "--create"]
            let made = try await ChildProcess.run(
                URL(filePath: "/usr/bin/\(tool)"), arguments + [configuration])
            #expect(made.status == 0, "\(made.errors)")
        }
        let passwd = try String(contentsOf: folder.file("etc/passwd"), encoding: .utf8)
        #expect(passwd.contains("companion-edge:x:"))
        #expect(passwd.contains(":/var/lib/companion-edge:/usr/sbin/nologin"))
        let modes = try ["var/lib/companion-edge", "etc/companion-edge", "run/companion-edge"].map { path in
            try FileManager.default.attributesOfItem(atPath: folder.file(path).path)[.posixPermissions] as? Int
        }
        #expect(modes == [0o700, 0o750, 0o750])
    }

    private func check(_ folder: URL) async throws -> ChildProcess.Ended {
        try await ChildProcess.run(Self.root.appending(path: "scripts/check-units.sh"), [folder.path])
    }
}
