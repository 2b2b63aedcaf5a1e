"""Reads the texts that were written for measuring: marked text, documents between lines of `%%`.

    [[P:…]] a person, [[L:…]] a place, [[O:…]] an organisation, [[-:…]] what is neither right nor wrong.
"""

import pathlib
import re

FOLDER = pathlib.Path(__file__).parent / "written"
TYPES = {"P": "PERSON", "L": "LOCATION", "O": "ORG", "-": "IGNORE"}
MARK = re.compile(r"\[\[([PLO-]):(.*?)\]\]")


def document(name, number, marked):
    text, spans, at = "", [], 0
    for mark in MARK.finditer(marked):
        text += marked[at : mark.start()]
        spans.append({"start": len(text), "end": len(text) + len(mark[2]), "type": TYPES[mark[1]]})
        text += mark[2]
        at = mark.end()
    return {"id": f"{name}-{number}", "text": text + marked[at:], "spans": spans}


def documents(name):
    """The documents of one set."""
    marked = (FOLDER / f"{name}.txt").read_text()
    return [document(name, number, text.strip("\n")) for number, text in enumerate(marked.split("\n%%\n"))]
