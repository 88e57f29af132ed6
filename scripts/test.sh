#!/usr/bin/env bash
# Builds and runs the tests: `scripts/test.sh [--filter NAME]`. The last line says how many passed.
. "$(dirname "$0")/lib.sh"

need_packages "${TEST_PACKAGES[@]}"
need_cloud_stack
say "building the program and its tests"
build --build-tests || die "the build failed"
need_models .build/debug/companion-edge
# All tests are Swift Testing's; without XCTest its empty summary does not hide theirs.
tests=(swift test --skip-build --disable-xctest)
# Rooms need a network of their own, see there.
readonly ROOMS='(LiveKit|Room)[A-Za-z]*Tests'
in_network=()
[[ "$*" =~ LiveKit|Room ]] && in_network=(scripts/room-network.sh)
[ $# -eq 0 ] || exec "${in_network[@]}" "${tests[@]}" "$@" </dev/null
# What sounds, listens and answers in real time would be judged by what else the machine does: these go alone, one by one.
readonly REAL_TIME='AudioIOTests|ServiceVoiceTests|PlaybackTroubleTests|DeviceRefusalTests|TalkModesTests|TalkTests|TalkRecordingTests|TalkHardshipTests|VoiceSessionTests|VoiceCareTests|MoonshineTests|NeuralSpeechTests|LanguageLadderTests|ModelTurnTests|ModelChatTests|LocalModelTests|HTTP2ModelTests|OpenAIChatModelTests|UpliftVoiceTests|VoiceLadderTests|OpenAISpeechTests|HearingLadderTests|WyomingTests|SpeechServiceTests|InjectionTests|RedisCacheTests|ConversationReplayTests|MeaningSearchTests|QuietWorkTests|ServiceLifeTests|PrefetchTests'
# Runs the tests by the command given and, the first time, the options in `only`. Suites that fail are tried once more, alone,
# because a recogniser mishears and a busy machine is late now and then; both runs are shown, and the second one counts.
run_tests() {
    local log failed all named
    log=$(mktemp)
    if "$@" "${only[@]}" </dev/null 2>&1 | tee "$log"; then
        rm -f "$log"
        return 0
    fi
    failed=$(sed -nE 's/.*✘ Suite ([A-Za-z0-9]+) failed after.*/\1/p' "$log" | sort -u)
    all=$(grep -cE '✘ Suite .* failed after' "$log" || true)
    named=$(grep -cE '✘ Suite [A-Za-z0-9]+ failed after' "$log" || true)
    # A run that came to no end did not fail by its tests alone; and only what is known by its type's name can be asked for again.
    if ! grep -q '✘ Test run with .* failed after' "$log" || [ -z "$failed" ] || [ "$all" -ne "$named" ]; then
        rm -f "$log"
        return 1
    fi
    rm -f "$log"
    failed=$(paste -sd '|' <<<"$failed")
    say "trying once more: $failed"
    "$@" --no-parallel --filter "[./]($failed)/" </dev/null
}
say "running the tests"
only=(--skip "$REAL_TIME")
run_tests "${tests[@]}" --skip "$ROOMS" || die "tests failed"
say "running the tests that need the machine for themselves"
only=(--no-parallel --filter "$REAL_TIME")
run_tests "${tests[@]}" --skip "$ROOMS" || die "tests failed"
say "running the tests of rooms, in a network of their own"
only=(--no-parallel --filter "$ROOMS")
run_tests scripts/room-network.sh "${tests[@]}" || die "tests failed"
