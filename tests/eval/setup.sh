#!/usr/bin/env bash
# Installs the tools that Privet is compared with into tests/eval/.work, which git ignores.
set -euo pipefail
cd "$(dirname "$0")"
cmp -s others.txt .work/others.txt && exit
rm -rf .work
python3 -m venv .work
.work/bin/pip install --quiet --disable-pip-version-check -r others.txt
cp others.txt .work/others.txt
