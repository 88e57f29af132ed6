@testable import LocalStore
import Testing

/// When what nobody waits for holds back.
@Suite struct PatientPaceTests {
    private let start = ContinuousClock.now

    @Test("while somebody writes, three quarters of the time are theirs")
    func leavesMostOfTheTime() {
        var pace = PatientPace()
        var (now, worked) = (start, Duration.zero)
        let end = start + .seconds(2)
        while now < end {
            pace.otherWrote(at: now)
            now += pace.rest(at: now)
            pace.patientWrote(from: now, to: now + .milliseconds(20))
            now += .milliseconds(20)
            worked += .milliseconds(20)
        }
        #expect(worked <= .milliseconds(520))
        #expect(worked >= .milliseconds(480))
    }

    @Test("when nobody writes, one follows the other at once")
    func alone() {
        var pace = PatientPace()
        pace.patientWrote(from: start, to: start + .milliseconds(20))
        #expect(pace.rest(at: start + .milliseconds(20)) == .zero)
        pace.otherWrote(at: start)
        let later = start + PatientPace.company
        pace.patientWrote(from: later - .milliseconds(20), to: later)
        #expect(pace.rest(at: later) == .zero)
    }

    @Test("a long transaction does not make the next wait for ever")
    func restIsBounded() {
        var pace = PatientPace()
        let end = start + .seconds(5)
        pace.patientWrote(from: start, to: end)
        pace.otherWrote(at: end)
        #expect(pace.rest(at: end) == PatientPace.longestRest)
        #expect(pace.rest(at: end + PatientPace.longestRest) == .zero)
    }
}
