# shellcheck shell=bash disable=SC2034  # read by the scripts that source this file
# Where install puts things and uninstall looks for them.

PREFIX=${PREFIX:-/usr/local}
DESTDIR=${DESTDIR:-}
[[ $PREFIX == /* ]] || die "PREFIX must be an absolute path, not '$PREFIX'; for example PREFIX=/usr/local"
PREFIX=${PREFIX%/}

readonly program_folder=$PREFIX/lib/companion-edge  # the program with its resources beside it
readonly command_link=$PREFIX/bin/companion-edge    # a symlink to it: it finds its resources by its real path
readonly unit_folder=$PREFIX/lib/systemd/system
readonly sysusers_file=$PREFIX/lib/sysusers.d/companion-edge.conf
readonly tmpfiles_file=$PREFIX/lib/tmpfiles.d/companion-edge.conf
readonly doc_folder=$PREFIX/share/doc/companion-edge
readonly units=(companion-edge.service companion-edge.socket companion-edge-sync.service companion-edge-sync.timer
    companion-llm.service)
readonly completions=(
    "bash $PREFIX/share/bash-completion/completions/companion-edge"
    "zsh $PREFIX/share/zsh/site-functions/_companion-edge"
    "fish $PREFIX/share/fish/vendor_completions.d/companion-edge.fish"
)

# True when this is the real system, not a staged one, and systemd is in charge of it.
systemd_runs() { [[ -z $DESTDIR && -d /run/systemd/system ]]; }
