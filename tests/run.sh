#!/usr/bin/env bash
# Runs every test and ends with the line `N passed, N failed`.
set -uo pipefail
cd "$(dirname "$0")/.."
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/privet/target}"
export CARGO_TERM_COLOR=never CARGO_INCREMENTAL=0

passed=0
failed=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# One step that counts as one test.
step() {
    local name=$1
    shift
    local from=$SECONDS
    if "$@" >"$log" 2>&1; then
        passed=$((passed + 1))
        echo "ok   $name ($((SECONDS - from)) s)"
    else
        failed=$((failed + 1))
        echo "FAIL $name ($((SECONDS - from)) s)"
        tail -n 60 "$log"
    fi
}

# A step whose output says how many tests passed and failed.
counted() {
    local name=$1
    shift
    local from=$SECONDS status=0 good bad
    "$@" >"$log" 2>&1 || status=$?
    good=$(grep -oE '[0-9]+ passed' "$log" | awk '{n += $1} END {print n + 0}')
    bad=$(grep -oE '[0-9]+ failed' "$log" | awk '{n += $1} END {print n + 0}')
    if [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; then bad=1; fi
    if [ "$status" -eq 0 ] && [ "$good" -eq 0 ]; then bad=1; echo "no test ran"; fi
    passed=$((passed + good))
    failed=$((failed + bad))
    if [ "$bad" -eq 0 ]; then
        echo "ok   $name: $good passed ($((SECONDS - from)) s)"
    else
        echo "FAIL $name: $good passed, $bad failed ($((SECONDS - from)) s)"
        grep -E '^(FAIL|error|failures:|---- )|panicked at|FAILED' "$log" | head -n 60
        tail -n 40 "$log"
    fi
}

step "format" cargo fmt --all --check
step "lints" cargo clippy --workspace --all-targets --quiet -- -D warnings
step "lints, with every feature" \
    cargo clippy --workspace --all-targets --all-features --quiet -- -D warnings
step "licences" python3 tests/licences.py
step "peers: install" tests/setup.sh
counted "unit, property, promise and end-to-end tests" cargo test --workspace --all-features --no-fail-fast
counted "fuzz smoke" cargo run --quiet -p privet-fuzz -- --cases 20000
step "clients: install" tests/clients/setup.sh
counted "clients: official SDKs and Claude Code" \
    python3 tests/clients/run.py --privet "$CARGO_TARGET_DIR/debug/privet"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
