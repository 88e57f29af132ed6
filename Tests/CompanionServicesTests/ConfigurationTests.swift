import Foundation
import LocalStore
import Logging
import Testing
import TestSupport

@testable import CompanionServices

@Suite struct ConfigurationTests {
    private let folder: TemporaryDirectory

    init() throws {
        folder = try TemporaryDirectory()
        for name in ["home", "work", "data"] {
            try FileManager.default.createDirectory(at: folder.file(name), withIntermediateDirectories: true)
        }
    }

    /// Loads with a home of its own, so that nothing of the machine is read.
    private func load(
        _ environment: [String: String] = [:], commandLine: [String: String] = [:]
    ) throws(ConfigurationError) -> Configuration {
        var all = ["HOME": folder.file("home").path]
        all.merge(environment) { _, given in given }
        return try Configuration(
            from: ConfigurationSources(
                commandLine: commandLine, environment: all, workingDirectory: folder.file("work"),
                systemFile: folder.file("etc-config")))
    }

    private func write(_ text: String, to name: String) throws {
        let file = folder.file(name)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }

    private func problems(_ environment: [String: String] = [:]) throws -> [String] {
        do throws(ConfigurationError) {
            _ = try load(environment)
            return []
        } catch {
            return error.problems.map(\.description)
        }
    }

    @Test("without any setting everything has its default")
    func defaults() throws {
        let configuration = try load()
        #expect(configuration.dataDirectory.path == folder.file("home").path + "/.local/share/companion-edge")
        #expect(configuration.timeZone.identifier == "Asia/Karachi")
        #expect(configuration.language == nil)
        #expect(configuration.logLevel == .notice)
        #expect(configuration.redisEnabled)
        #expect(configuration.redis == (try RedisAddress(parsing: "redis://localhost:6379/0")))
        #expect(configuration.upliftBaseURL?.absoluteString == "wss://api.upliftai.org")
        #expect(configuration.supabaseURL == nil && configuration.openAIKey == nil && configuration.testUser == nil)
        #expect(configuration.personalSettings.isEmpty && configuration.warnings.isEmpty)
    }

    @Test("the first source that has a key wins")
    func order() throws {
        let data = folder.file("data").path
        try write(
            "COMPANION_LANGUAGE=en\nCOMPANION_USER=config\nCOMPANION_LOG_LEVEL=error", to: "home/.config/companion-edge/config")
        try write("COMPANION_LANGUAGE=ur\nCOMPANION_USER=data\nOPENAI_API_KEY=sk-data", to: "data/.env")
        try write("COMPANION_USER=work\nCOMPANION_DATA_DIR=../data", to: "work/.env")
        let configuration = try load(["COMPANION_TIME_ZONE": "Europe/London"])
        #expect(configuration.dataDirectory.path == data)
        #expect(configuration.user == "work")
        #expect(configuration.language == .urdu)
        #expect(configuration.logLevel == .error)
        #expect(configuration.timeZone.identifier == "Europe/London")
        #expect(configuration.openAIKey?.reveal() == "sk-data")
        #expect(configuration.files.count == 3)

        #expect(try load(["COMPANION_USER": "environment"]).user == "environment")
        let commandLine = try load(["COMPANION_DATA_DIR": "/nowhere"], commandLine: ["COMPANION_DATA_DIR": data])
        #expect(commandLine.dataDirectory.path == data)
        #expect(commandLine.shown(.dataDirectory)?.origin == .commandLine)
    }

    @Test("the system's file is read when the person has none, and COMPANION_CONFIG goes before both")
    func configurationFiles() throws {
        try write("COMPANION_USER=system", to: "etc-config")
        #expect(try load().user == "system")
        try write("COMPANION_USER=person", to: "home/.config/companion-edge/config")
        #expect(try load().user == "person")
        try write("COMPANION_USER=named", to: "named")
        #expect(try load(["COMPANION_CONFIG": folder.file("named").path]).user == "named")
        try write("COMPANION_USER=xdg", to: "xdg/companion-edge/config")
        #expect(try load(["XDG_CONFIG_HOME": folder.file("xdg").path]).user == "xdg")
        #expect(try load(["XDG_CONFIG_HOME": "relative"]).user == "person")
    }

    @Test("a named configuration file must be there")
    func missingFile() throws {
        let found = try problems(["COMPANION_CONFIG": "nothing-here"])
        #expect(found.count == 1)
        #expect(found.first?.contains("environment: COMPANION_CONFIG names") == true)
        #expect(found.first?.contains("which is not there") == true)
    }

    @Test("a home directory's ~ is understood, relative paths are the working directory's")
    func paths() throws {
        #expect(try load(["COMPANION_DATA_DIR": "~/mine"]).dataDirectory.path == folder.file("home/mine").path)
        #expect(try load(["COMPANION_DATA_DIR": "mine"]).dataDirectory.path == folder.file("work/mine").path)
        #expect(try load(["XDG_DATA_HOME": "/srv/data"]).dataDirectory.path == "/srv/data/companion-edge")
    }

    @Test("every unusable value is named with its key, its problem and an example")
    func allProblemsAtOnce() throws {
        try write("COMPANION_TIME_ZONE=Mars/Olympus\n\nCOMPANION_LANGAUGE=ur\nno equals\nCOMPANION_USER='open", to: "work/.env")
        let path = folder.file("work/.env").path
        let found = try problems(["COMPANION_LOG_LEVEL": "loud", "COMPANION_DATADIR": "/x", "SUPABASE_URL": "abc"])
        #expect(
            found == [
                "environment: COMPANION_DATADIR is not a setting; did you mean COMPANION_DATA_DIR?",
                "environment: COMPANION_LOG_LEVEL is 'loud', which is not one of trace, debug, info, notice, warning, error, "
                    + "critical; for example COMPANION_LOG_LEVEL=info",
                "environment: SUPABASE_URL is 'abc', which is not an address; for example "
                    + "SUPABASE_URL=https://abcdefgh.supabase.co",
                "\(path):4: the line has no '='; a line is KEY=VALUE, a comment begins with #",
                "\(path):5: the line has no closing ' for the value of COMPANION_USER",
                "\(path):1: COMPANION_TIME_ZONE is 'Mars/Olympus', which is not the name of a time zone; for example "
                    + "COMPANION_TIME_ZONE=Europe/London",
                "\(path):3: COMPANION_LANGAUGE is not a setting; did you mean COMPANION_LANGUAGE?",
            ])
    }

    @Test(
        "values that are refused",
        arguments: [
            ("REDIS_ENABLED", "maybe", "neither true nor false"), ("USE_TEST_USER", "2", "neither true nor false"),
            ("REDIS_URL", "http://localhost", "does not begin with redis://, rediss:// or unix://"),
            ("REDIS_URL", "redis://", "names no host"), ("SUPABASE_URL", "https://a b", "is not an address"),
            ("SUPABASE_URL", "http://abcdefgh.supabase.co", "which is not encrypted"),
            ("SUPABASE_URL", "https://abcdefgh.supabase.co/rest/v1", "only the scheme, the host and perhaps a port"),
            ("SUPABASE_ANON_KEY", "hello", "is neither a publishable key"),
            ("TEST_USER_ID", "a1b2c3d4", "not a version 4 UUID"),
            ("TEST_USER_ID", "8a6e0804-2bd0-1672-b79d-d97027f9071a", "not a version 4 UUID"),
            ("COMPANION_LANGUAGE", "klingon", "not one of auto, en, ur, ur-Latn"),
            ("COMPANION_USER", "a\nb", "control character"), ("OPENAI_API_KEY", "sk-with space", "the value is not shown"),
            ("OPENAI_API_KEY", "sk-کلید", "the value is not shown"),
        ])
    func refused(name: String, value: String, problem: String) throws {
        let found = try problems([name: value])
        #expect(found.count == 1)
        #expect(found.first?.contains("environment: \(name) ") == true)
        #expect(found.first?.contains(problem) == true)
        #expect(found.first?.contains("sk-") != true || found.first?.contains("OPENAI_API_KEY=sk-...") == true)
        #expect(found.first?.contains("with space") != true)
    }

    @Test("words for true and false", arguments: ["true", "1", "yes", "TRUE", "On"], ["false", "0", "no", "OFF"])
    func booleans(yes: String, no: String) throws {
        #expect(try load(["REDIS_ENABLED": yes]).redisEnabled)
        #expect(try !load(["REDIS_ENABLED": no]).redisEnabled)
    }

    @Test("the service key is refused under its name and under the other")
    func serviceRoleKey() throws {
        let header = Data(#"{"alg":"HS256"}"#.utf8).base64EncodedString()
        let claims = Data(#"{"iss":"supabase","role":"service_role"}"#.utf8).base64EncodedString()
        for (name, value) in [
            ("SUPABASE_SERVICE_ROLE_KEY", "anything"), ("SUPABASE_ANON_KEY", "sb_secret_abcdef"),
            ("SUPABASE_ANON_KEY", "\(header).\(claims.replacing("=", with: "")).c2ln"),
        ] {
            let found = try problems([name: value])
            #expect(found.count == 1)
            #expect(found.first?.contains("opens every person's rows") == true)
            #expect(found.first?.contains(value) == false)
        }
        let anon = Data(#"{"role":"anon"}"#.utf8).base64EncodedString().replacing("=", with: "")
        #expect(try load(["SUPABASE_ANON_KEY": "\(header).\(anon).c2ln"]).supabaseAnonKey != nil)
    }

    @Test("the test user needs the flag and an id")
    func testUser() throws {
        let id = "3F6C1D2E-8a4b-4c5d-9e6f-7a8b9c0d1e2f"
        #expect(try load(["TEST_USER_ID": id]).testUser == nil)
        #expect(try load(["TEST_USER_ID": id, "USE_TEST_USER": "yes"]).testUser?.text == id.lowercased())
        #expect(try problems(["USE_TEST_USER": "true"]).first?.contains("TEST_USER_ID is needed") == true)
    }

    @Test("unknown names of others in the environment are none of our business, empty values are not set")
    func foreignAndEmpty() throws {
        let configuration = try load(["OPENAI_ORG": "x", "REDIS_TLS": "1", "COMPANION_LANGUAGE": "", "PATH": "/bin"])
        #expect(configuration.language == nil)
    }

    @Test("no secret is ever shown")
    func secrets() throws {
        let configuration = try load(["OPENAI_API_KEY": "sk-hush", "REDIS_URL": "redis://me:hush@cache:6379/0?password=hush"])
        var dumped = ""
        dump(configuration, to: &dumped)
        dump(configuration.openAIKey, to: &dumped)
        dumped += "\(configuration) \(String(reflecting: configuration)) \(configuration.openAIKey as Any)"
        dumped += String(decoding: try JSONEncoder().encode([configuration.openAIKey]), as: UTF8.self)
        for key in ConfigurationKey.all { dumped += configuration.shown(key)?.text ?? "" }
        #expect(!dumped.contains("hush"))
        #expect(configuration.shown(.redisURL)?.text == "redis://***@cache:6379/0?***")
        #expect(configuration.shown(.openAIKey)?.text == "***")
        #expect(try problems(["REDIS_URL": "http://me:hush@cache"]).first?.contains("hush") == false)
    }

    @Test("a file with keys that others can read gives a warning")
    func permissions() throws {
        try write("OPENAI_API_KEY=sk-1", to: "work/.env")
        let path = folder.file("work/.env").path
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        #expect(try load().warnings.first?.contains("chmod 600") == true)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        #expect(try load().warnings.isEmpty)
    }

    @Test("a folder, a huge file and bytes that are no text are refused")
    func unreadableFiles() throws {
        try FileManager.default.createDirectory(at: folder.file("work/.env"), withIntermediateDirectories: true)
        #expect(try problems().first?.contains("is not a file") == true)
        try FileManager.default.removeItem(at: folder.file("work/.env"))
        try Data(repeating: 0x23, count: 1_048_577).write(to: folder.file("work/.env"))
        #expect(try problems().first?.contains("larger than 1 MiB") == true)
        try Data([0x41, 0x3D, 0xFF, 0x0A]).write(to: folder.file("work/.env"))
        #expect(try problems().first?.contains(".env:1: the line is not UTF-8") == true)
    }

    @Test("a caller's personal settings win, its others are refused")
    func personal() throws {
        let device = try load(["COMPANION_LANGUAGE": "en", "OPENAI_API_KEY": "sk-1"])
        #expect(device.personalSettings == ["COMPANION_LANGUAGE": "en"])
        let caller = try device.applying(personal: ["COMPANION_LANGUAGE": "ur", "COMPANION_USER": "Amina"])
        #expect(caller.language == .urdu && caller.user == "Amina" && caller.openAIKey?.reveal() == "sk-1")
        #expect(throws: ConfigurationError.self) { try device.applying(personal: ["OPENAI_API_KEY": "sk-2"]) }
        #expect(throws: ConfigurationError.self) { try device.applying(personal: ["COMPANION_TIME_ZONE": "x"]) }
    }

    @Test("without a home there is no data directory")
    func noHome() throws {
        #expect(try problems(["HOME": ""]).first?.contains("COMPANION_DATA_DIR is needed") == true)
    }
}
