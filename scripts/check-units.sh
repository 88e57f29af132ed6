#!/usr/bin/env bash
# Checks the systemd units as installed: `scripts/check-units.sh [FOLDER]`, systemd/ by default.
# Syntax by `systemd-analyze verify` in a staged root, then the exposure gate: 1.6 of 10 at most.
. "$(dirname "$0")/lib.sh"

units=$(realpath "${1:-systemd}")
readonly worst_exposure=16 # in tenths

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root"/{etc/systemd/system,usr/local/lib/companion-edge}
cp "$units"/companion-edge.{service,socket} "$root/etc/systemd/system/"
# verify only asks whether the program is there and executable.
install -m 755 /dev/null "$root/usr/local/lib/companion-edge/companion-edge"

failed=0
for unit in companion-edge.service companion-edge.socket; do
    # verify also speaks of system units that the staged root lacks; only what is said about ours counts.
    findings=$(systemd-analyze verify --root="$root" --man=no --recursive-errors=no "$unit" 2>&1) || failed=1
    findings=$(grep -F companion-edge <<<"$findings" || true)
    [[ -z $findings ]] || {
        printf '%s\n' "$findings"
        failed=1
    }
done

report=$(systemd-analyze security --offline=true --no-pager --threshold="$worst_exposure" \
    "$root/etc/systemd/system/companion-edge.service" 2>&1) || {
    printf '%s\n' "$report"
    failed=1
}
tail -n 1 <<<"$report"

exit "$failed"
