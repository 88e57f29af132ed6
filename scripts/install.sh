#!/usr/bin/env bash
# Builds for release and installs under PREFIX, with the service and completions. DESTDIR stages the tree for a package.
. "$(dirname "$0")/lib.sh"
. scripts/layout.sh

if [[ -z $DESTDIR ]]; then
    [[ -w $PREFIX || $EUID == 0 ]] || die "cannot write to $PREFIX; run this as root, or choose PREFIX=\$HOME/.local"
fi
# BUILD_FOLDER names a build to install instead of making one.
if [[ -n ${BUILD_FOLDER:-} ]]; then
    built=$BUILD_FOLDER
else
    need_packages "${BUILD_PACKAGES[@]}"
    # The Swift runtime is linked in: the installed program needs neither the toolchain nor this folder.
    release=(-c release --static-swift-stdlib --product companion-edge)
    say "building for release"
    build "${release[@]}" || die "the build failed"
    built=$(swift build "${release[@]}" --show-bin-path)
fi

say "installing under $DESTDIR$PREFIX"
target=$DESTDIR$program_folder
mkdir -p "$target"
# Replaced by rename, so a running daemon keeps the file it was started from.
install -m 755 "$built/companion-edge" "$target/companion-edge.new"
strip --strip-unneeded "$target/companion-edge.new"
mv -f "$target/companion-edge.new" "$target/companion-edge"
for resources in "$built"/*.resources; do
    rm -rf "${target:?}/$(basename "$resources")"
    cp -R --no-preserve=mode,ownership "$resources" "$target/"
done
mkdir -p "$DESTDIR$(dirname "$command_link")"
ln -sfn "$program_folder/companion-edge" "$DESTDIR$command_link"

for unit in "${units[@]}"; do
    install -D -m 644 "systemd/$unit" "$DESTDIR$unit_folder/$unit"
    sed -i "s|/usr/local/|$PREFIX/|g" "$DESTDIR$unit_folder/$unit"
done
install -D -m 644 systemd/companion-edge.sysusers.conf "$DESTDIR$sysusers_file"
install -D -m 644 systemd/companion-edge.tmpfiles.conf "$DESTDIR$tmpfiles_file"
for page in README.md docs/*.md; do
    [[ ! -f $page ]] || install -D -m 644 "$page" "$DESTDIR$doc_folder/$(basename "$page")"
done
for completion in "${completions[@]}"; do
    file=$DESTDIR${completion#* }
    mkdir -p "$(dirname "$file")"
    "$target/companion-edge" --generate-completion-script "${completion%% *}" >"$file"
done

if systemd_runs && ((EUID == 0)); then
    systemd-sysusers "$sysusers_file"
    systemd-tmpfiles --create "$tmpfiles_file"
    systemctl daemon-reload
    systemctl enable companion-edge.socket companion-edge.service
    systemctl restart companion-edge.socket companion-edge.service
    say "the service runs; let people use it with: adduser NAME companion-edge"
else
    say "installed $DESTDIR$command_link; systemd is not in charge here, so no service was started"
fi
