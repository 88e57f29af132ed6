#!/usr/bin/env bash
# Runs a command in a network of its own, in which there is nothing but this machine: `scripts/room-network.sh COMMAND...`
#
# LiveKit's library does not use the interface lo, so that a room in which everybody is on this machine needs another one with an
# address. Here a pair of virtual interfaces carries one of 127.0.0.0/8.
. "$(dirname "$0")/lib.sh"

need_packages iproute2
own_network=(unshare --net)
((EUID == 0)) || own_network=(unshare --map-root-user --net)
"${own_network[@]}" true 2>/dev/null || die "this system lets nobody here make a network namespace, which rooms are tested in:" \
    "run it as root, or allow user namespaces (sysctl kernel.unprivileged_userns_clone=1, user.max_user_namespaces)." \
    "In a container: --cap-add SYS_ADMIN --cap-add NET_ADMIN."
# shellcheck disable=SC2016  # the shell inside expands it
exec "${own_network[@]}" sh -euc '
    ip link set lo up
    ip link add room0 type veth peer name room1
    ip addr add 127.77.0.1/32 dev room0
    ip link set room0 up
    ip link set room1 up
    exec "$@"' sh "$@"
