#!/usr/bin/env bash
# Removes what install put under PREFIX and nothing else: what people told the companion stays where it is.
. "$(dirname "$0")/lib.sh"
. scripts/layout.sh

if systemd_runs && ((EUID == 0)) && [[ -e $unit_folder/companion-edge.service ]]; then
    systemctl disable --now "${units[@]}"
fi
rm -rf "$DESTDIR${program_folder:?}" "$DESTDIR${doc_folder:?}"
rm -f "$DESTDIR$command_link" "$DESTDIR$sysusers_file" "$DESTDIR$tmpfiles_file" "${units[@]/#/$DESTDIR$unit_folder/}"
for completion in "${completions[@]}"; do rm -f "$DESTDIR${completion#* }"; done
if systemd_runs && ((EUID == 0)); then systemctl daemon-reload; fi
say "removed from $DESTDIR$PREFIX; the store of the service, if there is one, is still in /var/lib/companion-edge"
