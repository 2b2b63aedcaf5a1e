"""The official SDKs, straight and through Privet."""

import base64
import json
import shutil
import struct
import time
import zlib

import harness
from people import GITHUB_TOKEN, JANE, MARIA, PATRICK, PEOPLE, SABINE

LETTER = (f"Dear team, my name is {JANE.name}. Please write to {JANE.email} or call {JANE.phone}.\n"
          f"My card is {JANE.card}, my account {JANE.iban}. The file is {JANE.home}/notes/offer.txt.")
REPLY = f"Kind regards, {SABINE.name} <{SABINE.email}>, and the other customer is {PATRICK.name} 😀"
# Secrets come back only into files that a tool writes, so they stand where no answer repeats them.
SYSTEM = f"You help {MARIA.name} ({MARIA.email}). Never print the deploy token {GITHUB_TOKEN}."


def script(text, *steps):
    return f"{text}\n!script {json.dumps(list(steps), ensure_ascii=False)}"


def line(person):
    return f"{person.name}, {person.email}, {person.phone}"


DOCUMENT = "\n".join(["Customers 2026 — größer als je", *map(line, PEOPLE), f"Account of {SABINE.name}: {SABINE.iban}", "End."])

TOOL_SCRIPT = script(
    f"Look {PATRICK.name} up.",
    {"think": f"{PATRICK.name} has the address {PATRICK.email}.", "text": f"I look for {PATRICK.name}.",
     "tool": "lookup", "input": {"email": PATRICK.email, "limits": {"max": 12345678901234567, "rate": 1.5, "deep": [True, None]}}},
    [{"think": "Two at once.", "tool": "lookup", "input": {"email": JANE.email}, "ascii": True},
     {"tool": "save", "input": {"note": f"He said \"{PATRICK.name}\" \\ and\nleft {SABINE.name} a note: ü"}}],
    {"think": f"Done with {PATRICK.name}.", "text": "The result was ${result}"})

CUSTOMER = {"name": PATRICK.name, "email": PATRICK.email, "phone": PATRICK.phone, "card": PATRICK.card,
            "note": f"lives with \"{SABINE.name}\"\n", "nested": json.dumps({"iban": SABINE.iban, "mail": SABINE.email})}

TURNS = [f"Turn {i}: {line(PEOPLE[i % 4])}" for i in range(12)]

ODD = [script("Redacted.", {"think": JANE.name, "redacted": "x", "text": f"Hello {JANE.name}"}),
       script("Unknown event.", {"event": {"type": "weather", "note": "ignore me"}, "text": f"Hello {SABINE.name}"}),
       script("Cut.", {"text": f"Hello {SABINE.name}, hello {PATRICK.name}", "cut": True}),
       script("Failing.", {"text": f"Hello {SABINE.name}, hello {PATRICK.name}", "error": "overloaded_error"}),
       script("Refusing.", {"text": f"No, {JANE.name}", "stop": "refusal"}),
       script("Silent.", {"text": f"Wait, {JANE.name}", "pause": 1.5}),
       script("Empty.", {"text": " "})]


def png():
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"".join(b"\0" + bytes([200, 30, 20 * i]) * 8 for i in range(8))
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0))
                            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")).decode()


# Case, what it is given, and how many requests the stand-in must hear on either road (None: any).
PYTHON = [
    ("message", {"system": SYSTEM, "text": LETTER, "more": REPLY, "email": JANE.email}),
    ("asynchronous", {"text": LETTER}),
    ("stream", {"text": LETTER}),
    ("tools", {"script": TOOL_SCRIPT, "customer": CUSTOMER}),
    ("conversation", {"system": SYSTEM, "turns": TURNS}),
    ("documents", {"document": DOCUMENT, "title": f"File of {JANE.name}", "context": f"Sent by {SABINE.email}",
                   "script": script("Cite.", [{"text": "First: "}, {"cite_line": 3}, {"cite_line": 4}, {"cite_line": 1},
                                              {"cite_line": 6}, {"text": "That is all."}])}),
    ("count_and_models", {"system": SYSTEM, "text": LETTER}),
    ("odd", {"text": f"The customer {JANE.name} is a customer.", "scripts": ODD}),
    ("unknown_fields", {"text": LETTER, "email": JANE.email}),
    ("errors", {"text": LETTER}),
]
TYPESCRIPT = [
    ("message", {"system": SYSTEM, "text": LETTER}),
    ("stream", {"system": SYSTEM, "text": LETTER}),
    ("tools", {"script": TOOL_SCRIPT, "customer": CUSTOMER}),
    ("errors", {"text": LETTER}),
]


def compare(bench, command, parameters):
    """Same answer on both roads, nothing raw upstream, the same rejections."""
    answers, rejected = {}, {}
    for road in bench.roads:
        since = road.standin.count()
        answers[road.name] = json.loads(harness.run_client(command, road, json.dumps(parameters), 90))
        heard = road.heard(since)
        rejected[road.name] = harness.rejections(heard)
        if not any(r["method"] == "POST" for r in heard):
            raise harness.Failure(f"{road.name}: the stand-in heard nothing")
        if road.masked:
            harness.no_leak(road, heard)
    direct, through = (answers[r.name] for r in bench.roads)
    harness.same(direct, through, "answer")
    harness.same(*(rejected[r.name] for r in bench.roads), "rejections")


def leave(bench, command):
    """A client that goes away takes the request to the model with it."""
    long = script("Slowly.", {"text": f"Hello {JANE.name}, " * 60, "slow": 0.05})
    for road in bench.roads:
        since = road.standin.count()
        harness.run_client(command, road, json.dumps({"script": long}), 30)
        until = harness.now() + 5
        while not any(r.get("client_left") for r in road.heard(since)):
            if harness.now() > until:
                raise harness.Failure(f"{road.name}: the stand-in still answers 5 s after the client left")
            time.sleep(0.1)


def refusal(bench, command):
    """Only through Privet: a picture nobody can read is refused once, and nothing is sent."""
    road = bench.roads[1]
    if not road.masked:
        return
    since = road.standin.count()
    answer = json.loads(harness.run_client(command, road, json.dumps({"image": png()}), 60))
    harness.same(["BadRequestError", "error", "invalid_request_error", True, "false", True], answer, "refusal")
    if any(r["method"] == "POST" for r in road.heard(since)):
        raise harness.Failure("the refused request was sent all the same")


def cases(work, here):
    """Name and function of every case with an SDK."""
    out = []
    for name, folder in (("python anthropic 2.11.0", "python-2"), ("python anthropic 0.125.0", "python-0")):
        command = [str(work / folder / "bin/python"), str(here / "clients/sdk.py")]
        for case, parameters in PYTHON:
            out.append((f"{name}: {case}", lambda b, c=command, k=case, p=parameters: compare(b, [*c, k], p)))
        out.append((f"{name}: refusal", lambda b, c=command: refusal(b, [*c, "refusal"])))
        out.append((f"{name}: leave", lambda b, c=command: leave(b, [*c, "leave"])))
    # Modules are looked up from where the script lies.
    module = work / "node/sdk.mjs"
    shutil.copyfile(here / "clients/sdk.mjs", module)
    for case, parameters in TYPESCRIPT:
        out.append((f"typescript @anthropic-ai/sdk 1.11.0: {case}",
                    lambda b, k=case, p=parameters: compare(b, ["node", str(module), k], p)))
    return out
