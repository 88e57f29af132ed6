import Foundation
import LocalStore
import TestSupport
import Testing

/// Signing in and out with the real program at the real services.
@Suite struct LoginTests {
    @Test("log in with a password, be somebody, log out")
    func password() async throws {
        let project = try await CloudStack.sharedProject()
        let user = try await project.user()
        let home = try CloudHome(project)
        let wrong = try await home.run("login", "--email", user.email, "--password-stdin", input: "wrong\n")
        #expect(wrong.status == 77)
        #expect(wrong.errors.contains("The e-mail address or the password is wrong."))
        let entered = try await home.succeed("login", "--email", user.email, "--password-stdin", input: user.password)
        #expect(entered.contains("Signed in as \(user.email)"))
        let who = try await home.json("whoami", "--json").objectValue ?? [:]
        #expect(who["account"]?.stringValue == user.id)
        #expect(who["signed_in"] == true)
        // The account's id is not the person's.
        #expect(who["person"]?.objectValue?["id"]?.stringValue != user.id)
        #expect(try await home.run("logout").output.contains("Signed out \(user.email)"))
        let after = try await home.run("whoami")
        #expect(after.status == 1)
        #expect(after.output.contains("signed out"))
    }

    @Test("log in with a code that was sent, for scripts in two steps")
    func code() async throws {
        let project = try await CloudStack.sharedProject()
        let user = try await project.user()
        let home = try CloudHome(project)
        let asked = try await home.succeed("login", "--email", user.email, "--code")
        #expect(asked.contains("--verify CODE"))
        let wrong = try await home.run("login", "--email", user.email, "--verify", "000000x")
        #expect(wrong.errors.contains("The code is wrong or too old."))
        let code = try #require(try await project.mailedCode(to: user.email))
        try await home.succeed("login", "--email", user.email, "--verify", code)
        #expect(try await home.run("whoami").status == 0)
        let unknown = try await home.run("login", "--email", "nobody-\(UUID().uuidString)@example.org", "--code")
        #expect(unknown.errors.contains("knows no account with that address"))
    }

    @Test("two people have two accounts, and neither takes the other's")
    func twoPeople() async throws {
        let project = try await CloudStack.sharedProject()
        let (amina, bilal) = (try await project.user(), try await project.user())
        let home = try CloudHome(project)
        try await home.logIn(amina, as: "Amina")
        try await home.logIn(bilal, as: "Bilal")
        let taken = try await home.run(
            "login", "--user", "Bilal", "--email", amina.email, "--password-stdin", input: amina.password)
        #expect(taken.status == 65)
        #expect(taken.errors.contains("belongs to the account \(bilal.email)"))
        try await home.succeed("users", "add", "Chanda")
        let second = try await home.run(
            "login", "--user", "Chanda", "--email", amina.email, "--password-stdin", input: amina.password)
        #expect(second.errors.contains("used by Amina on this device already"))
        #expect(try await home.json("whoami", "--user", "Amina", "--json").objectValue?["account"]?.stringValue == amina.id)
        #expect(try await home.json("whoami", "--user", "Bilal", "--json").objectValue?["account"]?.stringValue == bilal.id)
    }

    @Test("when whose account is whose was lost, nothing goes to another account unasked")
    func lostBinding() async throws {
        let project = try await CloudStack.sharedProject()
        let (amina, other) = (try await project.user(), try await project.user())
        let home = try CloudHome(project)
        try await home.logIn(amina, as: "Amina")
        try await home.succeed("memory", "add", "fact", "city", "Quetta")
        try await home.succeed("sync")
        let id = try await home.json("whoami", "--json").objectValue?["person"]?.objectValue?["id"]?.stringValue ?? ""
        for name in ["device.sqlite", "device.sqlite-wal", "device.sqlite-shm"] {
            let file = home.data.appending(path: name)
            if FileManager.default.fileExists(atPath: file.path) { try FileManager.default.removeItem(at: file) }
        }
        let refused = try await home.run(
            "login", "--user", id, "--email", other.email, "--password-stdin", input: other.password)
        #expect(refused.status == 65)
        #expect(refused.errors.contains("in step with another account (\(amina.id))"))
        #expect(refused.errors.contains("add --move"))
        #expect(try await project.sql("select count(*) from public.memory where user_id = '\(other.id)'") == [["count": 0]])
        // With its own account it goes on; with the other one only when that is what is wanted.
        try await home.succeed("login", "--user", id, "--email", amina.email, "--password-stdin", input: amina.password)
        #expect(try await home.succeed("sync").contains("In step"))
        try await home.succeed("logout", "--unbind", "--yes")
        try await home.succeed("login", "--email", other.email, "--password-stdin", input: other.password)
        #expect(try await home.succeed("sync").contains("In step"))
        #expect(try await project.sql("select count(*) from public.memory where user_id = '\(other.id)'") == [["count": 1]])
    }

    @Test("master keys are refused, publishable keys taken, and each missing setting is named")
    func keys() async throws {
        let project = try await CloudStack.sharedProject()
        let user = try await project.user()
        for key in [project.serviceKey, project.secretKey] {
            let refused = try await CloudHome(project, key: key)
                .run("login", "--email", user.email, "--password-stdin", input: user.password)
            #expect(refused.status == 78)
            #expect(refused.errors.contains("opens every person's rows"))
            #expect(!refused.errors.contains(key))
        }
        try await CloudHome(project, key: project.publishableKey)
            .succeed("login", "--email", user.email, "--password-stdin", input: user.password)
        let none = try await CloudHome(project, url: "", key: "").run("login", "--email", "a@example.org")
        #expect(none.status == 78)
        #expect(none.errors.contains("SUPABASE_URL is not set"))
    }

    @Test("a daemon takes the login, and asks nobody where nobody can answer")
    func throughDaemon() async throws {
        let project = try await CloudStack.sharedProject()
        let user = try await project.user()
        let home = try CloudHome(project)
        let daemon = try home.start("run")
        #expect(await daemon.errors(contain: "ready"))
        #expect(try await home.run("login", "--email", user.email).errors.contains("Add --password-stdin"))
        try await home.logIn(user, as: "Amina")
        #expect(try await home.run("whoami").output.contains(user.email))
        daemon.send(signal: SIGTERM)
        let ended = await daemon.ended()
        #expect(ended.status == 0)
        #expect(!ended.errors.contains(user.password))
    }

    @Test("without a network the login says so and can be tried again")
    func offline() async throws {
        let project = try await CloudStack.shared().project(schema: .bare)
        let user = try await project.user()
        let home = try CloudHome(project)
        try await project.goOffline()
        let ended = try await home.run("login", "--email", user.email, "--password-stdin", input: user.password)
        #expect(ended.status == 75)
        #expect(ended.errors.contains("cannot be reached"))
        try await project.goOnline()
        try await project.inject(CloudFault(.portal, path: "/auth/"))
        let portal = try await home.run("login", "--email", user.email, "--password-stdin", input: user.password)
        #expect(portal.errors.contains("Something else answered in the server's place"))
        try await home.succeed("login", "--email", user.email, "--password-stdin", input: user.password)
        try await project.remove()
    }
}
