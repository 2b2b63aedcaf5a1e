#!/usr/bin/env python3
"""Counts what is found where hardly anybody is: in programs, documentation of packages and logs.

    tests/eval/false_alarms.py --privet PATH [--megabytes 15] [--profile P] [--depth D] [--sample N] [--show TYPE]

Reads what this machine has: the sources of the crates that Privet is built with, the Python and npm packages that the
tests install, their READMEs and change logs, change logs of Debian packages, logs of its installer. Files are taken in
the order of a hash of their names, up to so many megabytes of each kind. Prints findings per MB by type; with `--sample`
also some of them with the line around them, to look at: not each of them is false.
"""

import argparse
import collections
import gzip
import hashlib
import json
import pathlib
import random
import subprocess
import tempfile

HOME = pathlib.Path.home()
HERE = pathlib.Path(__file__).resolve().parent
PACKAGES = [HERE / ".work", HERE.parent / "clients" / ".work", HERE.parent / ".work"]
CRATES = HOME / ".cargo/registry/src"
KINDS = {
    "Rust": ([CRATES], ("*.rs",)),
    "Python": (PACKAGES, ("*.py",)),
    "JavaScript and TypeScript": (PACKAGES, ("*.js", "*.mjs", "*.ts")),
    "documentation of packages": ([CRATES, *PACKAGES], ("*.md", "*.rst", "METADATA")),
    "change logs of Debian packages": ([pathlib.Path("/usr/share/doc")], ("changelog*.gz", "NEWS*.gz")),
    "logs": ([pathlib.Path("/var/log")], ("*.log", "*.log.*")),
}
LONGEST = 200_000


def read(path):
    data = path.read_bytes()
    if path.suffix == ".gz":
        data = gzip.decompress(data)
    return data.decode("utf-8", "ignore")


def texts(folders, patterns, most):
    found = {path for folder in folders for pattern in patterns for path in folder.rglob(pattern)}
    order = sorted(found, key=lambda path: hashlib.sha256("/".join(path.parts[-4:]).encode()).digest())
    seen, size = set(), 0
    for path in order:
        if not path.is_file() or path.stat().st_size > LONGEST:
            continue
        text = read(path)[:LONGEST]
        mark = hashlib.sha256(text.encode()).digest()
        if mark not in seen and text.strip():
            seen.add(mark)
            size += len(text.encode())
            yield text
        if size >= most:
            return


def findings(privet, every, options):
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        for number, text in enumerate(every):
            file.write(json.dumps({"id": str(number), "text": text}) + "\n")
        file.flush()
        command = [privet, "scan", "--format", "jsonl", "--text-field", "text", "--id-field", "id", *options, file.name]
        ran = subprocess.run(command, capture_output=True, text=True)
    if ran.returncode > 1:
        raise SystemExit(ran.stderr)
    for line in ran.stdout.splitlines():
        document = json.loads(line)
        for finding in document["findings"]:
            yield int(document["id"]), finding


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--privet", required=True)
    parser.add_argument("--megabytes", type=float, default=15)
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--show", default="PERSON")
    parser.add_argument("--profile", default="coding")
    parser.add_argument("--depth", default="unsure")
    given = parser.parse_args()
    for kind, (folders, patterns) in KINDS.items():
        every = list(texts(folders, patterns, given.megabytes * 1e6))
        size = sum(len(text.encode()) for text in every) / 1e6
        count, shown = collections.Counter(), []
        for number, finding in findings(given.privet, every, ["--profile", given.profile, "--depth", given.depth]):
            count[finding["entity_type"]] += 1
            if finding["entity_type"] == given.show:
                shown.append((number, finding["start"], finding["end"]))
        rates = ", ".join(f"{name} {n} ({n / size:.1f})" for name, n in count.most_common())
        print(f"{kind}: {len(every)} texts, {size:.1f} MB, found (per MB): {rates}", flush=True)
        for number, start, end in random.Random(1).sample(shown, min(given.sample, len(shown))):
            text = every[number]
            before, after = text[max(0, start - 50) : start], text[end : end + 40]
            print("   " + " ".join(f"{before}[{text[start:end]}]{after}".split()))


if __name__ == "__main__":
    main()
