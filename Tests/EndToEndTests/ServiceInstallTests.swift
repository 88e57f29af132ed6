import Foundation
import TestSupport
import Testing

/// What `make install` lays down, without the release build: the scripts are given the build of the tests.
@Suite struct ServiceInstallTests {
    @Test("install stages everything, the program runs from its link with the build out of sight, uninstall leaves nothing")
    func installAndUninstall() async throws {
        let folder = try TemporaryDirectory()
        let stage = folder.file("stage")
        let environment = ["DESTDIR": stage.path, "PREFIX": "/opt/companion", "BUILD_FOLDER": Self.buildFolder.path]
        let installed = try await script("install.sh", environment: environment)
        #expect(installed.status == 0, "\(installed.errors)")
        #expect(installed.output.isEmpty)

        let prefix = stage.appending(path: "opt/companion")
        let files = try FileManager.default.subpathsOfDirectory(atPath: prefix.path)
        for file in [
            "bin/companion-edge", "lib/companion-edge/companion-edge",
            "lib/companion-edge/companion-edge_CompanionServices.resources", "lib/systemd/system/companion-edge.service",
            "lib/systemd/system/companion-edge.socket", "lib/systemd/system/companion-edge-sync.service",
            "lib/systemd/system/companion-edge-sync.timer", "lib/systemd/system/companion-llm.service",
            "lib/sysusers.d/companion-edge.conf",
            "lib/tmpfiles.d/companion-edge.conf",
            "share/bash-completion/completions/companion-edge",
        ] {
            #expect(files.contains(file), "\(file)")
        }
        let unit = try String(
            contentsOf: prefix.appending(path: "lib/systemd/system/companion-edge.service"), encoding: .utf8)
        #expect(unit.contains("ExecStart=/opt/companion/lib/companion-edge/companion-edge run"))
        #expect(!unit.contains("/usr/local"))

        let removed = try await script("uninstall.sh", environment: environment)
        #expect(removed.status == 0, "\(removed.errors)")
        let left = try FileManager.default.subpathsOfDirectory(atPath: prefix.path).filter { path in
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: prefix.appending(path: path).path, isDirectory: &isFolder)
                && !isFolder.boolValue
        }
        #expect(left.isEmpty)
    }

    @Test("a relative PREFIX is refused with an example")
    func relativePrefix() async throws {
        let refused = try await script("install.sh", environment: ["PREFIX": "usr/local", "DESTDIR": "/nowhere"])
        #expect(refused.status == 1)
        #expect(refused.errors.contains("PREFIX must be an absolute path"))
    }

    private static let buildFolder = ChildProcess.companion.deletingLastPathComponent()

    private func script(_ name: String, environment: [String: String]) async throws -> ChildProcess.Ended {
        try await ChildProcess.run(UnitFileTests.root.appending(path: "scripts/\(name)"), [], environment: environment)
    }
}
