#!/usr/bin/env bash
# Measures one whole aftermath, and a hundred of them, against the sandbox with 50 ms latency.
# Prints wall seconds, requests and peak memory. Needs GNU time and a release build: cargo build --release
set -euo pipefail
binary=${1:-target/release/debrief}
runs=${2:-5}
latency=${3:-50}
work=$(mktemp -d)
trap 'kill "$(cat "$work/pid" 2>/dev/null)" 2>/dev/null || true; rm -rf "$work"' EXIT

# scenario COUNT: that many incidents, each with ten affected customers, four people and a log
scenario() {
  python3 - "$1" "$work" <<'PY'
import json, os, sys
count, work = int(sys.argv[1]), sys.argv[2]
people = [{"name": f"Person {n}", "email": f"p{n}@example.com", "time_zone": "Europe/Berlin"} for n in range(5)]
incidents = []
for n in range(count):
    incidents.append({
        "id": f"QMEASURE{n:06}", "title": f"Measured incident {n}", "service": "Checkout", "priority": "P1",
        "created_at": "-PT5H", "resolved_at": "-PT3H",
        "log": [{"at": "-PT4H50M", "type": "acknowledge", "by": "p0@example.com"},
                {"at": "-PT4H40M", "type": "escalate", "by": "p1@example.com"},
                {"at": "-PT4H", "type": "assign", "by": "p2@example.com"}],
        "notes": [{"at": "-PT4H", "by": "p3@example.com", "content": "Rolled back."}]})
json.dump({"people": people, "incidents": incidents}, open(f"{work}/scenario.json", "w"))
PY
}

# pass COUNT CONCURRENCY: one fresh sandbox and ledger, one pass; prints "wall requests peak_kb"
pass() {
  rm -rf "$work/run"; mkdir "$work/run"
  "$binary" sandbox --scenario "$work/scenario.json" --latency-ms "$latency" --no-quotas --config-out "$work/run/debrief.toml" > "$work/run/ready" &
  echo $! > "$work/pid"
  until [ -s "$work/run/ready" ]; do sleep 0.05; done
  for n in $(seq 0 $(($1 - 1))); do
    { echo "org name,org_id,app_id,campaign_id"; for r in $(seq 10); do echo "Org $r,00$r,$r,12345678901234567$r"; done; } \
      > "$work/run/debrief-customers/$(printf 'QMEASURE%06d' "$n").csv"
  done
  DEBRIEF__SCHEDULE__CONCURRENCY=$2 /usr/bin/time -f '%e %M' -o "$work/run/time" \
    "$binary" run --once --config "$work/run/debrief.toml" > "$work/run/out" 2> "$work/run/err" || { cat "$work/run/out" "$work/run/err" >&2; exit 1; }
  admin=$(python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))["admin"])' "$work/run/ready")
  requests=$(python3 -c 'import json,sys,urllib.request; print(len(json.load(urllib.request.urlopen(sys.argv[1] + "/world"))["calls"]))' "$admin")
  kill "$(cat "$work/pid")"; wait 2>/dev/null || true
  read -r wall peak < "$work/run/time"
  echo "$wall $requests $peak"
}

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

measure() { # NAME COUNT CONCURRENCY RUNS
  scenario "$2"
  for _ in $(seq "$4"); do pass "$2" "$3"; done > "$work/lines"
  printf '%-28s wall %6s s (%s)  requests %5s  peak %6s kB\n' "$1" \
    "$(cut -d' ' -f1 "$work/lines" | median)" "$(cut -d' ' -f1 "$work/lines" | sort -n | tr '\n' ' ' | sed 's/ $//')" \
    "$(cut -d' ' -f2 "$work/lines" | median)" "$(cut -d' ' -f3 "$work/lines" | median)"
}

measure "one aftermath" 1 16 "$runs"
measure "100, side by side" 100 100 1
measure "100, one after the other" 100 1 1
