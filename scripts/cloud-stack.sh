#!/usr/bin/env bash
# Starts a Supabase project of this machine's own for trying `companion-edge sync` by hand; Ctrl-C ends it and removes its data.
. "$(dirname "$0")/lib.sh"

need_packages python3 python3-venv
need_cloud_stack
show='
import json, sys
line = json.loads(sys.stdin.readline())
project, user = line["project"], line["user"]
print(f"""The project runs until Ctrl-C. In another terminal:

  export SUPABASE_URL={project["url"]}
  export SUPABASE_ANON_KEY={project["anon_key"]}
  printf %s "{user["password"]}" | companion-edge login --email {user["email"]} --password-stdin

Service key, for a cloud companion: {project["service_key"]}
SQL: psql "{project["dsn"]}"
Faults, users, counters: http://127.0.0.1:{line["control"]}/_test/projects/{project["name"]}/…""", flush=True)
sys.stdin.read()
'
PYTHONPATH=Tests/Support/Peers .build/peers/bin/python -u -m cloudstack --project < <(exec sleep infinity) |
    python3 -c "$show" || true
