#!/usr/bin/env bash
# Builds and runs the tests: `scripts/test.sh [--filter NAME]`. The last line says how many passed.
. "$(dirname "$0")/lib.sh"

need_packages "${TEST_PACKAGES[@]}"
need_cloud_stack
say "building the program and its tests"
build --build-tests || die "the build failed"
need_models
# All tests are Swift Testing's; without XCTest its empty summary does not hide theirs.
tests=(swift test --skip-build --disable-xctest)
# Rooms need a network of their own, see there.
readonly ROOMS='(LiveKit|Room)[A-Za-z]*Tests'
in_network=()
[[ "$*" =~ LiveKit|Room ]] && in_network=(scripts/room-network.sh)
[ $# -eq 0 ] || exec "${in_network[@]}" "${tests[@]}" "$@" </dev/null
# What sounds, listens and answers in real time would be judged by what else the machine does: these go alone, one by one.
readonly REAL_TIME='AudioIOTests|ServiceVoiceTests|PlaybackTroubleTests|DeviceRefusalTests|TalkModesTests|TalkTests|TalkRecordingTests|TalkHardshipTests|VoiceSessionTests|VoiceCareTests|MoonshineTests|NeuralSpeechTests|LanguageLadderTests|ModelTurnTests|ModelChatTests|LocalModelTests|HTTP2ModelTests|OpenAIChatModelTests|UpliftVoiceTests|VoiceLadderTests|OpenAISpeechTests|HearingLadderTests|WyomingTests|SpeechServiceTests|InjectionTests|RedisCacheTests|ConversationReplayTests|QuietWorkTests'
# Runs the tests whose names match $1 one by one, by the rest of the arguments. Suites that fail are tried once more, because a
# recogniser mishears and a busy machine is late now and then; both runs are shown, and the second one counts.
one_by_one() {
    local which=$1 log failed
    shift
    log=$(mktemp)
    if "$@" --no-parallel --filter "$which" </dev/null 2>&1 | tee "$log"; then
        rm -f "$log"
        return 0
    fi
    failed=$(sed -nE 's/.*Suite ([A-Za-z0-9]+) failed.*/\1/p' "$log" | sort -u | paste -sd '|')
    rm -f "$log"
    [ -n "$failed" ] || return 1
    say "trying once more: $failed"
    "$@" --no-parallel --filter "$failed" </dev/null
}
say "running the tests"
"${tests[@]}" --skip "$REAL_TIME" --skip "$ROOMS" </dev/null || die "tests failed"
say "running the tests that need the machine for themselves"
one_by_one "$REAL_TIME" "${tests[@]}" --skip "$ROOMS" || die "tests failed"
say "running the tests of rooms, in a network of their own"
one_by_one "$ROOMS" scripts/room-network.sh "${tests[@]}" || die "tests failed"
