import Testing

@testable import AudioIO
@testable import companion_edge

/// Who is in a room, and who has left it.
@Suite(.timeLimit(.minutes(1))) struct RoomSceneTests {
    private func somebody(_ identity: String, _ kind: RoomParticipant.Kind = .standard) -> RoomParticipant {
        RoomParticipant(identity: identity, sid: "PA_\(identity)", kind: kind)
    }

    private func joined(_ others: RoomParticipant...) -> RoomEvent {
        .joined(RoomStay(room: "home", sid: "RM_1", me: somebody("companion", .agent), others: others))
    }

    @Test("the first person counts, and no program does; sound is known by its track")
    func persons() {
        var scene = RoomScene()
        scene.note(joined(somebody("recorder", .egress), somebody("other", .agent)))
        #expect(scene.isConnected && scene.person == nil)
        scene.note(.participantConnected(somebody("amina")))
        scene.note(.participantConnected(somebody("bilal")))
        #expect(scene.person?.identity == "amina")
        scene.note(.trackSubscribed(RoomTrack(participant: "amina", sid: "TR_1")))
        scene.note(.trackSubscribed(RoomTrack(participant: "amina", sid: "TR_2")))
        scene.note(.trackUnsubscribed(participant: "amina", sid: "TR_1"))
        #expect(scene.tracks["amina"]?.sid == "TR_2", "an older track says nothing about a newer one")
        scene.note(.participantDisconnected(identity: "amina"))
        #expect(scene.person?.identity == "bilal" && scene.tracks.isEmpty)
    }

    @Test("somebody who leaves is gone after a moment; while the connection is lost nobody leaves, and afterwards they get time")
    func departure() async {
        let watch = RoomWatch()
        watch.note(joined(somebody("amina")))
        async let gone: Void = watch.departure(of: "amina", moment: .milliseconds(10), afterBreak: .seconds(3600))
        watch.note(.reconnecting)
        watch.note(.participantDisconnected(identity: "amina"))
        watch.note(.reconnected)
        #expect(watch.scene.isAfterBreak)
        watch.note(.participantConnected(somebody("amina")))
        #expect(!watch.scene.isAfterBreak && watch.scene.has("amina"))
        watch.note(.participantDisconnected(identity: "amina"))
        await gone
    }

    @Test("what is waited for is found when it happens, and not when the time is over")
    func waiting() async {
        let watch = RoomWatch()
        #expect(await watch.wait(within: .milliseconds(10), for: \.person) == nil)
        async let found = watch.wait(within: .seconds(3600), for: \.person)
        watch.note(joined(somebody("amina")))
        #expect(await found?.identity == "amina")
    }
}
