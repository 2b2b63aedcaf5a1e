#!/usr/bin/env python3
"""Every dependency's licence must be one that deny.toml allows.

`cargo deny check` says more (advisories, duplicates); this part needs nothing but cargo.
"""
import json
import pathlib
import re
import subprocess
import sys
import tomllib

root = pathlib.Path(__file__).resolve().parent.parent
allowed = set(tomllib.loads((root / "deny.toml").read_text())["licenses"]["allow"])
metadata = json.loads(subprocess.run(
    ["cargo", "metadata", "--format-version", "1", "--locked"],
    cwd=root, check=True, capture_output=True, text=True).stdout)


def holds(expression):
    """Whether an SPDX expression can be met with allowed licences."""
    words = re.findall(r"\(|\)|[^\s()]+", expression.replace("/", " OR "))
    position = 0

    def either():
        nonlocal position
        value = both()
        while position < len(words) and words[position] == "OR":
            position += 1
            value = both() or value
        return value

    def both():
        nonlocal position
        value = one()
        while position < len(words) and words[position] == "AND":
            position += 1
            value = one() and value
        return value

    def one():
        nonlocal position
        word = words[position]
        position += 1
        if word == "(":
            value = either()
            position += 1
            return value
        if position < len(words) and words[position] == "WITH":
            word = f"{word} WITH {words[position + 1]}"
            position += 2
        return word in allowed

    return either()


bad = [f"{p['name']} {p['version']}: {p['license']}" for p in metadata["packages"]
       if not holds(p["license"] or "none")]
print("\n".join(bad) or f"{len(metadata['packages'])} packages, all licences allowed")
sys.exit(bool(bad))
