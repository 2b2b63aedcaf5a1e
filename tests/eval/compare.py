"""Privet beside other tools: the same texts, the same scores, the same run."""

import json
import pathlib
import subprocess
import time

import held_back
import written

HERE = pathlib.Path(__file__).parent
# Presidio reads some 30 KB a second; so much of each set, of the texts held back.
BYTES_MAX = 80_000
REPEATED = 3
PEOPLE = [
    ("crossner_en.jsonl", "English, Wikipedia, five domains", ["PERSON", "LOCATION", "ORGANIZATION"]),
    ("ewt_dev_en.jsonl", "English, web and mail", ["PERSON", "LOCATION", "ORGANIZATION"]),
    ("pud_en.jsonl", "English, news", ["PERSON", "LOCATION", "ORGANIZATION"]),
    ("btc_train_en.jsonl", "English, tweets", ["PERSON", "LOCATION", "ORGANIZATION"]),
    ("sec_filings_en.jsonl", "English, loan agreements", ["PERSON", "LOCATION"]),
    ("judgments_en", "English, judgments (written for this)", ["PERSON", "LOCATION", "ORGANIZATION"]),
    ("mail_en", "English, mail at work (written for this)", ["PERSON", "LOCATION", "ORGANIZATION"]),
    ("meddocan_train_es.jsonl", "Spanish, clinical records", ["EMAIL_ADDRESS", "PHONE_NUMBER"]),
]
LABELS = {"PER": "PERSON", "LOC": "LOCATION", "ORG": "ORGANIZATION", "GPE": "LOCATION", "EMAIL": "EMAIL_ADDRESS", "PHONE": "PHONE_NUMBER"}

# What Privet tells apart and the labels do not.
KINDS = {"CITY": "LOCATION", "STATE": "LOCATION", "COUNTRY": "LOCATION"}


def first(every, bytes_max):
    taken, size = [], 0
    for document in every:
        taken.append(document)
        size += len(document["text"].encode())
        if size > bytes_max:
            break
    return taken


def other(tool, texts):
    """What `tool` finds in each text, and its seconds."""
    lines = "".join(json.dumps({"text": text}) + "\n" for text in texts)
    python = str(HERE / ".work/bin/python")
    done = subprocess.run([python, str(HERE / "others.py"), tool], input=lines, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{tool} failed:\n{done.stderr[-2000:]}")
    *found, seconds = [json.loads(line) for line in done.stdout.splitlines()]
    return found, seconds


def privet(binary, texts):
    lines = "".join(json.dumps({"id": number, "text": text}) + "\n" for number, text in enumerate(texts))
    command = [binary, "scan", "-", "--profile", "office", "--text-field", "text", "--id-field", "id"]
    command += ["--format", "jsonl", "--offsets", "chars", "--threads", "1"]
    began = time.monotonic()
    done = subprocess.run(command, input=lines, capture_output=True, text=True)
    seconds = time.monotonic() - began
    found = [[] for _ in texts]
    for line in done.stdout.splitlines():
        one = json.loads(line)
        found[int(one["id"])] = [[f["start"], f["end"], f["entity_type"]] for f in one["findings"]]
    return found, seconds


def overlap(gold, found, entity):
    """Precision, recall and F1 of findings that overlap a labelled span."""
    right = hit = labelled = reported = 0
    for document, findings in zip(gold, found):
        spans = [s for s in document["spans"] if LABELS.get(s["type"], s["type"]) == entity]
        ignored = [s for s in document["spans"] if s["type"] == "IGNORE"]
        findings = [f for f in findings if KINDS.get(f[2], f[2]) == entity]
        findings = [f for f in findings if not any(meets(f, s) for s in ignored)]
        labelled += len(spans)
        reported += len(findings)
        hit += sum(any(meets(f, s) for f in findings) for s in spans)
        right += sum(any(meets(f, s) for s in spans) for f in findings)
    precision = right / reported if reported else 0.0
    recall = hit / labelled if labelled else 0.0
    total = precision + recall
    return labelled, precision, recall, 2 * precision * recall / total if total else 0.0


def meets(finding, span):
    return finding[0] < span["end"] and span["start"] < finding[1]


def people(binary, corpora):
    yield "| text | type | n | Privet P / R / F1 | Presidio P / R / F1 | Rampart P / R / F1 |"
    yield "|---|---|---|---|---|---|"
    speeds = []
    for name, what, entities in PEOPLE:
        every = held_back.documents(corpora / name) if name.endswith(".jsonl") else written.documents(name)
        gold = first(every, BYTES_MAX)
        texts = [document["text"] for document in gold]
        size = sum(len(text.encode()) for text in texts) / 1e6
        ours, _ = privet(binary, texts)
        presidio, presidio_s = other("presidio", texts)
        rampart, rampart_s = other("rampart", texts)
        # So much that the start of the process does not count.
        _, ours_s = privet(binary, texts * REPEATED)
        speeds.append((REPEATED * size / ours_s, size / presidio_s, size / rampart_s))
        for entity in entities:
            if not any(LABELS.get(s["type"], s["type"]) == entity for d in gold for s in d["spans"]):
                continue
            rows = [overlap(gold, found, entity) for found in (ours, presidio, rampart)]
            shown = " | ".join(" / ".join(f"{figure:.2f}" for figure in row[1:]) for row in rows)
            yield f"| {what} | `{entity}` | {rows[0][0]} | {shown} |"
    ours, presidio, rampart = (sorted(speed)[len(speeds) // 2] for speed in zip(*speeds))
    yield ""
    yield (
        f"Speed in that run (median of the sets, one core; Privet as `privet scan`, reading and writing JSON Lines): Privet {ours:.2f} MB/s, "
        f"Presidio {presidio:.3f} MB/s, Rampart {rampart:.3f} MB/s. Rampart knows no organisations."
    )


def secrets(binary, corpora):
    lines = (corpora / "guards/secrets_synth_dev.jsonl").read_text().splitlines()
    gold = [json.loads(line) for line in lines]
    texts = [document["text"] for document in gold]
    yield "| tool | found in code, configuration, headers | found in prose | of clean snippets flagged | F1 | MB/s |"
    yield "|---|---|---|---|---|---|"
    size = sum(len(text.encode()) for text in texts) / 1e6
    for tool in ("privet", "kingfisher", "detect-secrets"):
        found, seconds = privet(binary, texts) if tool == "privet" else other(tool, texts)
        found = [[f for f in findings if f[2] == "SECRET"] for findings in found]
        hits = [
            (document["ctx"] == "prose", any(meets(f, s) for f in findings for s in document["spans"]))
            for document, findings in zip(gold, found)
            if document["label"]
        ]
        clean = [bool(findings) for document, findings in zip(gold, found) if not document["label"]]
        right, wrong = sum(hit for _, hit in hits), sum(clean)
        f1 = 2 * right / (len(hits) + right + wrong)
        prose = [hit for is_prose, hit in hits if is_prose]
        code = [hit for is_prose, hit in hits if not is_prose]
        yield (
            f"| {tool} | {sum(code)} of {len(code)} | {sum(prose)} of {len(prose)} | {wrong} of {len(clean)} "
            f"| {f1:.3f} | {size / seconds:.2f} |"
        )


def section(binary, corpora):
    """The lines of the page."""
    versions = (HERE / "others.txt").read_text().splitlines()
    versions = ", ".join(line.replace("==", " ") for line in versions if not line.startswith("#"))
    return [
        "",
        "## Beside other tools",
        "",
        f"In the same run: {versions}. Presidio with its default recognizers, English, score 0.4 and more. Texts that Privet's",
        f"model of names did not see: those held back, at most {BYTES_MAX // 1000} KB of each set; as `privet scan` reads. Secrets by snippet: found",
        "when a finding shares the line of the secret. Kingfisher's speed holds its start-up, which such small texts do not repay;",
        "nothing was validated online.",
        "",
        *people(binary, corpora),
        "",
        *secrets(binary, corpora),
    ]
