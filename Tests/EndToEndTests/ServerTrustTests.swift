import Foundation
import TestSupport
import Testing

/// What the program gives to a server that cannot prove who it is: nothing.
@Suite struct ServerTrustTests {
    @Test("no password goes to a cloud whose certificate is a stranger's; one of the household's own authority is spoken to")
    func stranger() async throws {
        let household = try await HomeAuthority()
        let server = try await PeerProcess("web_peer.py", arguments: [household.certificate, household.key])
        var home = try Home()
        #expect(try await home.command("users", "add", "Amina").status == 0)
        home.settings = [
            "SUPABASE_URL": "https://localhost:\(server.port)", "SUPABASE_ANON_KEY": "sb_publishable_home",
        ]
        let login = ["login", "--email", "amina@example.org", "--password-stdin"]
        let refused = try await home.command(login, input: "a password\n")
        #expect(refused.status != 0)
        #expect(refused.errors.contains("certificate is not trusted"), "\(refused.errors)")
        #expect(refused.errors.contains("COMPANION_CA_FILE"), "\(refused.errors)")
        home.settings["COMPANION_CA_FILE"] = household.authority
        // It is no Supabase, which it could say because it was asked.
        let asked = try await home.command(login, input: "a password\n")
        #expect(asked.status != 0)
        #expect(!asked.errors.contains("certificate"), "\(asked.errors)")
    }
}
