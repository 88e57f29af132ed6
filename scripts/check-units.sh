#!/usr/bin/env bash
# Checks the systemd units as installed: `scripts/check-units.sh [FOLDER]`, systemd/ by default.
# Syntax by `systemd-analyze verify` in a staged root, then the exposure gate: 1.6 of 10 at most.
. "$(dirname "$0")/lib.sh"

units=$(realpath "${1:-systemd}")
readonly worst_exposure=16 # in tenths

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root"/{etc/systemd/system,usr/local/lib/companion-edge}
readonly names=(companion-edge.service companion-edge.socket companion-edge-sync.service companion-edge-sync.timer
    companion-llm.service)
for unit in "${names[@]}"; do cp "$units/$unit" "$root/etc/systemd/system/"; done
# verify only asks whether the program is there and executable.
install -m 755 /dev/null "$root/usr/local/lib/companion-edge/companion-edge"

failed=0
for unit in "${names[@]}"; do
    # verify also speaks of system units that the staged root lacks; only what is said about ours counts.
    findings=$(systemd-analyze verify --root="$root" --man=no --recursive-errors=no "$unit" 2>&1) || failed=1
    findings=$(grep -E "companion-(edge|llm)" <<<"$findings" || true)
    [[ -z $findings ]] || {
        printf '%s\n' "$findings"
        failed=1
    }
done

for unit in "${names[@]}"; do
    [[ $unit == *.service ]] || continue
    report=$(systemd-analyze security --offline=true --no-pager --threshold="$worst_exposure" \
        "$root/etc/systemd/system/$unit" 2>&1) || {
        printf '%s\n' "$report"
        failed=1
    }
    tail -n 1 <<<"$report"
done

exit "$failed"
