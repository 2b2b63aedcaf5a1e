#!/usr/bin/env python3
"""Measures the detectors on labelled sets and prints docs/how-good.md.

    tests/eval/run.py --privet PATH --corpora FOLDER [--write docs/how-good.md]
"""

import argparse
import datetime
import json
import pathlib
import subprocess
import tempfile

import compare
import held_back
import written

# Sets, what their labels mean beside the usual names, and what they are.
SECRETS = [
    ("guards/secrets_synth_dev.jsonl", ["*=SECRET"], "seeded synthetic snippets: code, configuration, prose, headers"),
]
PATTERNS = [
    ("meddocan_train_es.jsonl", ["*=IGNORE", "PERSON=PERSON"], "Spanish clinical records"),
]
NAMES = [
    ("crossner_en.jsonl", "English, Wikipedia, five domains"),
    ("wikigold_en.jsonl", "English, Wikipedia"),
    ("ewt_dev_en.jsonl", "English, web and mail"),
    ("pud_en.jsonl", "English, news"),
    ("btc_train_en.jsonl", "English, tweets"),
    ("wnut17_train_en.jsonl", "English, social media"),
    ("sec_filings_en.jsonl", "English, loan agreements"),
    ("germeval_train_de.jsonl", "German, news and Wikipedia"),
    ("pud_de.jsonl", "German, news"),
    ("meddocan_train_es.jsonl", "Spanish, clinical records"),
    ("bosque_train_pt.jsonl", "Portuguese, news"),
    ("talbanken_train_sv.jsonl", "Swedish, brochures and news"),
    ("wikiann_silver_fr.jsonl", "French, Wikipedia (silver labels)"),
    ("wikiann_silver_nl.jsonl", "Dutch, Wikipedia (silver labels)"),
]


WRITTEN = [
    ("judgments_en", "English, judgments"),
    ("mail_en", "English, mail at work"),
    ("judgments_fr", "French, judgments, a mail"),
    ("mixed_de", "German, judgments, letters, news"),
    ("mixed_it", "Italian, judgments, letters, news"),
    ("mixed_nl_sv", "Dutch and Swedish, judgments, letters, news"),
]


# The profile of `privet scan`, if none is said.
USUAL = "office"


def measure(privet, path, maps, entities=(), profile=USUAL, depth="unsure"):
    command = [privet, "eval", str(path), "--format", "json", "--profile", profile, "--depth", depth]
    for pair in maps:
        command += ["--map", pair]
    if entities:
        command += ["--entities", ",".join(entities)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def span(interval):
    return f"{interval[0]:.2f}-{interval[1]:.2f}" if interval else ""


def row(what, entity):
    overlap = entity["overlap"]
    return (
        f"| {what} | {entity['labelled']} | {overlap['precision']:.3f} | {overlap['recall']:.3f} "
        f"| {overlap['f1']:.3f} | {span(entity['overlap_f1_95'])} | {overlap['f2']:.3f} "
        f"| {entity['exact']['f1']:.3f} | {entity['leak']:.3f} |"
    )


HEAD = "| text | n | P | R | F1 | 95 % | F2 | exact F1 | leak |\n|---|---|---|---|---|---|---|---|---|"


NAMES_HEAD = (
    "| text | n | P | R | F1 | 95 % | F2 | exact F1 | leak | R lower | R UPPER | fast | deep | strict P / R | coding P / R |\n"
    "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|"
)


LABELS = ("PERSON", "LOCATION", "ORGANIZATION")


# How a set is read: how it is written, the profile, the depth.
AS_USUAL = ("as is", USUAL, "unsure")
BY_CASE = [(case, USUAL, "unsure") for case in ("lower", "UPPER")]
BY_DEPTH = [("as is", USUAL, depth) for depth in ("fast", "deep")]
# With the depth that the gateway has with them.
BY_PROFILE = [("as is", "strict", "unsure"), ("as is", "coding", "fast")]


def measure_names(privet, files):
    """What is found in one set, by label, for each way to read it."""

    def of(case, profile, depth):
        types = measure(privet, files[case], ["*=IGNORE"], LABELS, profile, depth)["types"]
        return {entity["entity_type"]: entity for entity in types if entity["labelled"]}

    return {run: of(*run) for run in [AS_USUAL, *BY_CASE, *BY_DEPTH, *BY_PROFILE]}


def names_row(measured, what, label):
    """The row of one set, unless nothing in it has that label."""
    if label not in measured[AS_USUAL]:
        return []
    overlap = {run: types[label]["overlap"] for run, types in measured.items()}
    more = [f"{overlap[run]['recall']:.3f}" for run in BY_CASE]
    more += [f"{overlap[run]['f1']:.3f}" for run in BY_DEPTH]
    more += [f"{overlap[run]['precision']:.2f} / {overlap[run]['recall']:.2f}" for run in BY_PROFILE]
    return [f"{row(what, measured[AS_USUAL][label])} {' | '.join(more)} |"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--privet", required=True)
    parser.add_argument("--corpora", required=True, type=pathlib.Path)
    parser.add_argument("--write", type=pathlib.Path)
    parser.add_argument("--compare", action="store_true", help="with other tools (tests/eval/setup.sh)")
    args = parser.parse_args()
    out = [
        "# How good the detectors are",
        "",
        f"Made by `make eval` on {datetime.date.today()}. A finding is right when it overlaps a labelled span of its type;",
        "*exact* wants the very ends; *leak* is the share of labelled characters that no finding of any type covers. Intervals",
        "are 95 % by drawing documents anew 1,000 times. Secrets and patterns were looked at while the rules were made: figures",
        f"on other text will be lower. The profile is `{USUAL}`, that of `privet scan`, where none is named. Measure on your own",
        "text: `privet eval --help`.",
        "",
        "## Secrets",
        "",
        HEAD,
    ]
    for name, maps, what in SECRETS:
        report = measure(args.privet, args.corpora / name, maps)
        out += [row(what, entity) for entity in report["types"]]
        flagged, clean = report["documents_without_labels_flagged"], report["documents_without_labels"]
        out += ["", f"Of {clean} clean snippets {flagged} were flagged.", ""]
    out += ["## Patterns", ""]
    for name, maps, what in PATTERNS:
        report = measure(args.privet, args.corpora / name, maps, ["EMAIL_ADDRESS", "PHONE_NUMBER"])
        out += [HEAD.replace("text", what, 1)]
        out += [row(f"`{entity['entity_type']}`", entity) for entity in report["types"]]
    out += [
        "",
        "## Names",
        "",
        "On texts that neither tier of the model of names saw: one in eight of each set, by its id. The other seven are what",
        "it learned from; text of another kind gives less. Whole sets left out stand in the model cards",
        "([fast tier](models/fast-tagger.md), [deep tier](models/deep-tier.md)). Recall is given, too, with everything in lower",
        "case and in UPPER case. `fast` and `deep` are F1 with `--depth fast` and `--depth deep`; the other columns are the",
        "default, `unsure`. The last two are the profiles `strict`, and `coding` as the gateway reads with it: the fast tier, precise.",
    ]
    with tempfile.TemporaryDirectory() as folder:
        sets = {name: held_back.documents(args.corpora / name) for name, _ in NAMES}
        sets |= {name: written.documents(name) for name, _ in WRITTEN}
        files = {name: held_back.write(every, pathlib.Path(name).stem, folder) for name, every in sets.items()}
        measured = {name: measure_names(args.privet, of_set) for name, of_set in files.items()}
    for label in LABELS:
        out += ["", f"### `{label}`", "", NAMES_HEAD]
        for name, what in NAMES:
            out += names_row(measured[name], what, label)
    out += [
        "",
        "### Texts written for this table",
        "",
        "Of kinds and languages that the labelled sets do not have: a few dozen short texts each, with invented people, in",
        "`tests/eval/written`. Nothing was trained or tuned on them; small, so mind the intervals.",
    ]
    for label in LABELS:
        out += ["", NAMES_HEAD.replace("text", f"`{label}`", 1)]
        for name, what in WRITTEN:
            out += names_row(measured[name], what, label)
    if args.compare:
        out += compare.section(args.privet, args.corpora)
    text = "\n".join(out) + "\n"
    if args.write:
        args.write.write_text(text)
    print(text)


if __name__ == "__main__":
    main()
