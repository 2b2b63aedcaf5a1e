"""The texts that no model of Privet's saw: one in eight of each labelled set, by its id.

The same choice as `is_held_back` in crates/privet-train/src/corpus.rs.
"""

import json
import pathlib

MASK = (1 << 64) - 1


def is_held_back(name):
    number = 0xCBF29CE484222325
    for byte in name.encode():
        number = (number ^ byte) * 0x0100000001B3 & MASK
    number = (number + 0x9E3779B97F4A7C15) & MASK
    number = (number ^ number >> 30) * 0xBF58476D1CE4E5B9 & MASK
    number = (number ^ number >> 27) * 0x94D049BB133111EB & MASK
    number ^= number >> 31
    return number * 8 >> 64 == 0


def documents(path):
    every = (json.loads(line) for line in path.read_text().splitlines())
    return [document for document in every if is_held_back(document["id"])]


def rewritten(text, change):
    """`text` in another case. Letters that would become several stay, so that places fit."""
    return "".join(new if len(new := change(letter)) == 1 else letter for letter in text)


CASES = {"as is": lambda text: text, "lower": str.lower, "UPPER": str.upper}


def write(every, stem, folder):
    """Files of the documents of one set, for each way of writing them."""
    files = {}
    for case, change in CASES.items():
        lines = [dict(d, text=rewritten(d["text"], change)) for d in every]
        files[case] = pathlib.Path(folder, f"{stem}.{case.split()[0]}.jsonl")
        files[case].write_text("".join(json.dumps(line) + "\n" for line in lines))
    return files
