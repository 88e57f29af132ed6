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
say "running the tests"
"${tests[@]}" --skip "$REAL_TIME" --skip "$ROOMS" </dev/null || die "tests failed"
say "running the tests that need the machine for themselves"
"${tests[@]}" --no-parallel --filter "$REAL_TIME" --skip "$ROOMS" </dev/null || die "tests failed"
say "running the tests of rooms, in a network of their own"
exec scripts/room-network.sh "${tests[@]}" --no-parallel --filter "$ROOMS" </dev/null
