import CompanionServices
import Foundation
import LocalStore

/// Looks at settings, clock, alphabet and disk.
struct MachineChecks {
    let context: CommandContext

    func findings() -> [Finding] { settings() + [clock(), alphabet()] + [dataDirectory(), space()].compactMap(\.self) }

    private func settings() -> [Finding] {
        let configuration = context.configuration
        let problems = configuration.problems.map { problem in
            Finding.problem(
                "settings", problem.description, fix: "Correct it; 'companion-edge config example' explains every setting.")
        }
        let warnings = configuration.warnings.map { warning in
            let parts = warning.components(separatedBy: "; run: ")
            return Finding.warning("settings", parts[0], fix: parts.count > 1 ? parts[1] : "See 'companion-edge config check'.")
        }
        let halves = [(ConfigurationKey.supabaseURL, ConfigurationKey.supabaseAnonKey), (.liveKitKey, .liveKitSecret)]
            .compactMap { first, second -> Finding? in
                let (hasFirst, hasSecond) = (configuration.isSet(first), configuration.isSet(second))
                guard hasFirst != hasSecond else { return nil }
                let (present, missing) = hasFirst ? (first, second) : (second, first)
                return .warning(
                    "settings", "\(present.name) is set without \(missing.name), so neither is used",
                    fix: "Set \(missing.name) too.")
            }
        let all = problems + warnings + halves
        guard all.isEmpty else { return all }
        let files = configuration.files.isEmpty ? "all at their defaults" : "read \(configuration.files.joined(separator: ", "))"
        return [.fine("settings", files)]
    }

    private func clock() -> Finding {
        let now = context.clock.now()
        guard let early = Timestamp(iso8601: "2026-01-01"), now >= early else {
            return .problem(
                "clock", "it shows \(now.iso8601), which is over", fix: "Set it: timedatectl set-ntp true, or date -s '...'.")
        }
        let moments = Moments(timeZone: context.configuration.timeZone)
        return .fine("clock", "\(moments.text(now)) in \(context.configuration.timeZone.identifier)")
    }

    private func alphabet() -> Finding {
        let codes = String(cString: nl_langinfo(Int32(CODESET)))
        guard codes == "UTF-8" else {
            return .warning(
                "alphabet", "the locale writes \(codes), so Urdu may not be shown", fix: "export LANG=C.UTF-8")
        }
        return .fine("alphabet", "UTF-8")
    }

    private func dataDirectory() -> Finding {
        let path = context.configuration.dataDirectory.path
        guard let facts = try? FileManager.default.attributesOfItem(atPath: path) else {
            return .fine("data", "\(path) will be made when it is first needed")
        }
        guard facts[.type] as? FileAttributeType == .typeDirectory else {
            return .problem("data", "\(path) is not a folder", fix: "Move it away, or set COMPANION_DATA_DIR.")
        }
        guard access(path, R_OK | W_OK | X_OK) == 0 else {
            return .problem(
                "data", "\(path) may not be written by this user",
                fix: "sudo chown -R \(NSUserName()) '\(path)', or set COMPANION_DATA_DIR.")
        }
        if let mode = facts[.posixPermissions] as? Int, mode & 0o077 != 0 {
            return .warning("data", "\(path) can be read by other users", fix: "chmod 700 '\(path)'")
        }
        return .fine("data", path)
    }

    private func space() -> Finding? {
        var folder = context.configuration.dataDirectory
        while folder.path != "/", !FileManager.default.fileExists(atPath: folder.path) { folder.deleteLastPathComponent() }
        guard let facts = try? FileManager.default.attributesOfFileSystem(forPath: folder.path),
            let free = (facts[.systemFreeSize] as? NSNumber)?.int64Value
        else { return nil }
        let health = DiskHealth(free: free)
        return switch health {
        case .ample: .fine("disk", "\(health)")
        case .low: .warning("disk", "\(health)", fix: "Free some space on the disk of \(folder.path).")
        case .readOnly: .problem("disk", "\(health)", fix: "Free some space on the disk of \(folder.path).")
        }
    }
}
