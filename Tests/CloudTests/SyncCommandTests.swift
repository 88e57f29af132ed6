import Foundation
import LocalStore
import TestSupport
import Testing

/// `companion-edge sync` by hand, between two devices, the project and somebody who works on its tables.
@Suite struct SyncCommandTests {
    @Test("first upload, a second device's beginning, an edit on both, what lost shown and brought back")
    func twoDevices() async throws {
        let project = try await CloudStack.sharedProject()
        let user = try await project.user()
        let (kitchen, study) = (try CloudHome(project), try CloudHome(project))
        try await kitchen.succeed("memory", "add", "fact", "pet", "cat", "--user", "Amina")
        try await kitchen.logIn(user, as: "Amina")
        let plan = try await kitchen.succeed("sync", "--dry-run")
        #expect(plan.contains("Nothing was sent or changed.") && plan.contains("memory"))
        #expect(try await kitchen.succeed("sync").contains("waiting   0"))
        #expect(try await project.sql("select value from public.memory where user_id = %s::uuid", [.string(user.id)]).count == 1)

        try await study.logIn(user, as: "Amina")
        let first = try await study.json("sync", "--json").objectValue ?? [:]
        #expect(first["complete"] == true)
        #expect(try await study.memory("pet") == "cat")

        try await kitchen.succeed("memory", "add", "fact", "pet", "dog")
        try await study.succeed("memory", "add", "fact", "pet", "parrot")
        try await study.succeed("sync")
        let merged = try await kitchen.json("sync", "--json").objectValue ?? [:]
        #expect(merged["merged"] == .int(1))
        #expect(try await kitchen.memory("pet") == "parrot")
        let shown = try await kitchen.succeed("sync", "conflicts")
        #expect(shown.contains("lost    value: dog") && shown.contains("stands  value: parrot"))
        let list = try await kitchen.json("sync", "conflicts", "--json").arrayValue ?? []
        let id = try #require(list.first?.objectValue?["id"]?.intValue)
        #expect(try await kitchen.succeed("sync", "conflicts", "--undo", String(id)).contains("Brought back"))
        try await kitchen.succeed("sync")
        try await study.succeed("sync")
        #expect(try await kitchen.memory("pet") == "dog")
        #expect(try await study.memory("pet") == "dog")
        #expect(try await kitchen.succeed("sync", "conflicts").contains("Nothing was lost"))
    }

    @Test("a change that the database refuses is set aside, blocks no other, and is taken once the reason is gone")
    func poison() async throws {
        let project = try await CloudStack.shared().project()
        let user = try await project.user()
        let home = try CloudHome(project)
        try await home.succeed("memory", "add", "fact", "pet", "cat", "--user", "Amina")
        try await home.logIn(user, as: "Amina")
        try await home.succeed("sync")
        try await project.sql("alter table public.memory add constraint tame check (value <> 'tiger')")
        try await home.succeed("memory", "add", "fact", "neighbour", "tiger")
        try await home.succeed("memory", "add", "fact", "tea", "green")
        let ended = try await home.run("sync")
        #expect(ended.status == 1)
        #expect(ended.output.contains("1 in all: companion-edge sync quarantine"))
        let values = try await project.sql("select value from public.memory").compactMap { $0["value"]?.stringValue }
        #expect(Set(values) == ["cat", "green"])
        let shown = try await home.succeed("sync", "quarantine")
        #expect(shown.contains("tiger") && shown.contains("23514"))
        #expect(try await home.succeed("status").contains("1 change refused by the project"))
        #expect(try await home.succeed("doctor").contains("did not take 1 change"))
        try await project.sql("alter table public.memory drop constraint tame")
        #expect(try await home.succeed("sync", "retry").contains("1 change is offered again"))
        try await home.succeed("sync")
        #expect(try await project.sql("select 1 from public.memory where value = 'tiger'").count == 1)
        #expect(try await home.succeed("sync", "quarantine").contains("took everything"))
        try await project.remove()
    }

    @Test("expired tokens, an unset project and no network each end as they should, and nothing is lost")
    func troubles() async throws {
        let project = try await CloudStack.shared().project()
        let user = try await project.user()
        let home = try CloudHome(project)
        try await home.succeed("memory", "add", "fact", "pet", "cat", "--user", "Amina")
        let nobody = try await home.run("sync")
        #expect(nobody.status == 77)
        #expect(nobody.errors.contains("companion-edge login"))
        try await home.logIn(user, as: "Amina")
        try await project.expireTokens(of: user)
        try await home.succeed("sync")
        try await home.succeed("memory", "add", "fact", "tea", "green")
        try await project.goOffline()
        let offline = try await home.run("sync")
        #expect(offline.status == 75)
        #expect(offline.output.contains("waiting   1") && offline.errors.contains("no way to the server"))
        try await project.goOnline()
        try await project.inject(CloudFault(.portal, path: "/rest/v1/rpc", times: -1))
        let portal = try await home.run("sync")
        #expect(portal.status == 75)
        #expect(portal.errors.contains("login page"))
        try await project.clearFaults()
        let kinds: [CloudFault.Kind] = [.truncate, .double, .resetAfter, .status(503), .empty]
        for (number, kind) in kinds.enumerated() {
            try await home.succeed("memory", "add", "fact", "thing \(number)", "a thing")
            try await project.inject(CloudFault(kind, path: "/rest/v1/rpc"))
            try await home.succeed("sync")
        }
        #expect(try await project.sql("select 1 from public.memory").count == 2 + kinds.count)
        try await home.succeed("logout")
        #expect(try await home.run("sync").status == 77)
        try await project.remove()
    }

    @Test("a project without our functions is named as such")
    func notMigrated() async throws {
        let project = try await CloudStack.shared().project(schema: .bare)
        let user = try await project.user()
        let home = try CloudHome(project)
        try await home.logIn(user, as: "Amina")
        let ended = try await home.run("sync")
        #expect(ended.status == 69)
        #expect(ended.errors.contains("supabase/migrations"))
        let doctor = try await home.run("doctor")
        #expect(doctor.status == 1)
        #expect(doctor.output.contains("Apply supabase/migrations"))
        try await project.remove()
    }

    @Test("two people on one device: each has what is theirs")
    func twoPeople() async throws {
        let project = try await CloudStack.sharedProject()
        let (amina, bilal) = (try await project.user(), try await project.user())
        let home = try CloudHome(project)
        try await home.logIn(amina, as: "Amina")
        try await home.logIn(bilal, as: "Bilal")
        try await home.succeed("memory", "add", "fact", "pet", "cat", "--user", "Amina")
        try await home.succeed("memory", "add", "fact", "pet", "horse", "--user", "Bilal")
        let reports = try await home.json("sync", "--all", "--json").arrayValue ?? []
        #expect(reports.count == 2)
        #expect(reports.allSatisfy { $0.objectValue?["complete"] == true })
        for (user, value) in [(amina, "cat"), (bilal, "horse")] {
            let rows = try await project.sql("select value from public.memory where user_id = %s::uuid", [.string(user.id)])
            #expect(rows.compactMap { $0["value"]?.stringValue } == [value])
        }
    }

    @Test("a daemon sends what is written here and fetches what is written there, by itself")
    func daemon() async throws {
        let project = try await CloudStack.sharedProject()
        let user = try await project.user()
        let home = try CloudHome(project)
        let daemon = try home.start("run")
        #expect(await daemon.errors(contain: "ready"))
        try await home.logIn(user, as: "Amina")
        try await home.succeed("memory", "add", "fact", "pet", "cat")
        try await eventually("the change reaches the project") {
            try await !project.sql("select 1 from public.memory where user_id = %s::uuid", [.string(user.id)]).isEmpty
        }
        try await project.sql(
            "update public.memory set value = 'dog' where user_id = %s::uuid and key = 'pet'", [.string(user.id)])
        try await eventually("the change reaches the device") { try await home.memory("pet") == "dog" }
        let status = try await home.json("status", "--json").objectValue?["people"]?.arrayValue?.first?.objectValue?["sync"]
        #expect(status?.objectValue?["signed_in"] == true)
        #expect(status?.objectValue?["counters"]?.objectValue?["pushes"] != nil)
        #expect(try await home.succeed("sync").contains("In step with"))
        daemon.send(signal: SIGTERM)
        #expect(await daemon.ended().status == 0)
    }

    /// Looks again and again until it is so.
    private func eventually(
        _ what: Comment, at location: SourceLocation = #_sourceLocation, _ condition: () async throws -> Bool
    ) async throws {
        for _ in 0..<400 {
            if try await condition() { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        Issue.record(what, sourceLocation: location)
    }
}

extension CloudHome {
    /// The value of a fact on this device.
    func memory(_ key: String) async throws -> String? {
        let list = try await json("memory", "list", "--json").arrayValue ?? []
        return list.lazy.compactMap(\.objectValue).first { $0["key"]?.stringValue == key }?["value"]?.stringValue
    }
}
