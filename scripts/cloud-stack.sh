#!/usr/bin/env bash
# Starts a Supabase project of this machine's own for trying `companion-edge sync` by hand; Ctrl-C ends it and removes its data.
. "$(dirname "$0")/lib.sh"

need_packages python3 python3-venv
need_cloud_stack
say "starting PostgreSQL and its gateway"
PYTHONPATH=Tests/Support/Peers exec .build/peers/bin/python -m cloudstack --try
