#!/usr/bin/env bash
# Installs the pinned clients into tests/clients/.work, which git ignores. Quick when all is there.
set -euo pipefail
cd "$(dirname "$0")"

for tool in python3 node npm; do
    command -v "$tool" >/dev/null || { echo "setup.sh: \`$tool\` is needed" >&2; exit 4; }
done

# Does nothing when $1 was made from the pins in the other arguments.
up_to_date() {
    local stamp=".work/$1.pins"
    shift
    [ -f "$stamp" ] && cat "$@" | cmp -s - "$stamp"
}

python_client() {
    local name=$1 pins=pins/$1.txt
    up_to_date "$name" "$pins" && return
    rm -rf ".work/$name"
    python3 -m venv ".work/$name"
    ".work/$name/bin/pip" install --quiet --disable-pip-version-check --no-deps -r "$pins"
    cp "$pins" ".work/$name.pins"
}

node_clients() {
    up_to_date node pins/package.json pins/package-lock.json && return
    rm -rf .work/node
    mkdir -p .work/node
    cp pins/package.json pins/package-lock.json .work/node/
    (cd .work/node && npm ci --no-audit --no-fund --loglevel=error >&2)
    # Some settings of npm keep packages from placing their binary by themselves.
    .work/node/node_modules/.bin/claude --version >/dev/null 2>&1 ||
        (cd .work/node/node_modules/@anthropic-ai/claude-code && node install.cjs >&2)
    cat pins/package.json pins/package-lock.json >.work/node.pins
}

mkdir -p .work
python_client python-2
python_client python-0
# Only for the newer Claude Code that its wheel carries.
python_client claude-code-next
node_clients
