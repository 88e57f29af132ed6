import Testing

@testable import companion_edge

@Suite struct EchoLikenessTests {
    private func told(_ likeness: inout EchoLikeness, frames: Int, isOwn: Bool, level: Float, isVoice: Bool = true) {
        for _ in 0..<frames { _ = likeness.note(isOwn: isOwn, isVoice: isVoice, level: level) }
    }

    @Test("what stays as quiet as our echo for a tenth of a second or two is like it, and who stands out is not")
    func changes() {
        var likeness = EchoLikeness()
        told(&likeness, frames: 20, isOwn: true, level: -30)
        #expect(likeness.isLikeEcho)
        told(&likeness, frames: 25, isOwn: false, level: -20)
        #expect(!likeness.isLikeEcho)
    }

    @Test("the silence right after a person, in which a detector still hears them, makes no echo of what they said")
    func silence() {
        var likeness = EchoLikeness()
        told(&likeness, frames: 60, isOwn: false, level: -18)
        told(&likeness, frames: 25, isOwn: true, level: -50)
        #expect(!likeness.isLikeEcho)
        told(&likeness, frames: 25, isOwn: true, level: -22, isVoice: false)
        #expect(!likeness.isLikeEcho)
    }
}
