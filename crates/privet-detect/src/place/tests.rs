use privet_text::EntityType::{City, Country, Location, State};

use super::*;
use crate::{Analyzer, AnalyzerOptions, Profile};

#[track_caller]
fn check(rows: &[(EntityType, &str)]) {
    let all =
        rows.iter().flat_map(|(want, names)| names.split(" | ").map(move |name| (name, *want)));
    let wrong: Vec<_> = all
        .filter(|(name, want)| kind_of_place(name) != *want)
        .map(|(name, want)| format!("{name}: {} and not {want}", kind_of_place(name)))
        .collect();
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn in_nine_languages() {
    check(&[
        // English, German, French, Spanish, Italian, Dutch, Portuguese, Swedish, Danish.
        (
            Country,
            "Germany | Deutschland | Allemagne | Alemania | Germania | Duitsland | Alemanha | Tyskland",
        ),
        (Country, "Spain | Spanien | Espagne | España | Spagna | Spanje | Espanha"),
        (Country, "Switzerland | Schweiz | Suisse | Suiza | Svizzera | Zwitserland | Suíça"),
        (Country, "Sweden | Schweden | Suède | Suecia | Svezia | Zweden | Suécia | Sverige"),
        (
            Country,
            "Netherlands | Niederlande | Pays-Bas | Países Bajos | Paesi Bassi | Nederland | Nederländerna",
        ),
        (
            Country,
            "Brazil | Brasilien | Brésil | Brasil | Brasile | Brazilië | Österrike | Østrig | Frankrig",
        ),
        (
            Country,
            "South Africa | Südafrika | Afrique du Sud | Sudáfrica | Zuid-Afrika | África do Sul",
        ),
        (
            Country,
            "United Kingdom | Großbritannien | Royaume-Uni | Reino Unido | Regno Unito | Storbritannien",
        ),
        (
            State,
            "Bavaria | Bayern | Bavière | Baviera | Beieren | Thüringen | North Rhine-Westphalia",
        ),
        (
            State,
            "California | Kalifornien | Californie | Texas | New Mexico | Nuevo México | North Carolina",
        ),
        (
            State,
            "Scotland | Schottland | Écosse | Escocia | Skottland | England | Wales | Northern Ireland",
        ),
        (
            State,
            "Kärnten | Carinthia | Graubünden | Ticino | Vaud | Andalucía | Katalonien | Euskadi | Bizkaia",
        ),
        (
            State,
            "Normandie | Bretagne | Finistère | Seine-Maritime | Toscana | Toskana | Sicily | Lombardia",
        ),
        (
            State,
            "Noord-Holland | Gelderland | Vlaanderen | Wallonie | Skåne län | Norrbottens län | Alentejo",
        ),
        (
            State,
            "Minas Gerais | Jalisco | Nova Scotia | Queensland | Tamil Nadu | Uttar Pradesh | Guangdong",
        ),
        (
            City,
            "Munich | München | Monaco di Baviera | Munique | Cologne | Köln | Colonia | Vienna | Wien",
        ),
        (
            City,
            "Geneva | Genf | Genève | Ginebra | Ginevra | Genebra | Lisbon | Lisboa | Lissabon | Lisbonne",
        ),
        (
            City,
            "Göteborg | Gothenburg | Köpenhamn | København | Den Haag | The Hague | Antwerpen | Anvers",
        ),
        (
            City,
            "Tübingen | Bad Homburg vor der Höhe | Frankfurt am Main | Rom | Venedig | Warschau | Mailand",
        ),
        (
            City,
            "Austin | Palo Alto | Saint Louis | St. Louis | Winston-Salem | Coeur d'Alene | Vila Nova de Gaia",
        ),
        (
            City,
            "A Coruña | San Sebastián de los Reyes | Växjö | Östersund | Ouro Preto | Aix-en-Provence",
        ),
        (
            Location,
            "Asia | Europe | Europa | Middle East | Lateinamerika | European Union | Sahara | North Sea",
        ),
        (
            Location,
            "Rhine | Donau | Alps | Loch Ness | Sherwood Forest | Heathrow Terminal 5 | Berlin-Nirgendwo",
        ),
    ]);
}

#[test]
fn in_any_form() {
    check(&[
        (
            Country,
            "USA | U.S.A. | U.S. | US | UK | U.K. | UAE | EE. UU. | the United States | United States of America",
        ),
        (
            Country,
            "GERMANY | germany | Germany's | Germany’s | Deutschlands | Sveriges | die Schweiz | l'Italie | L’Italia",
        ),
        (
            Country,
            "The Netherlands | Republic of Korea | Kingdom of Denmark | Königreich Spanien | República de Colombia",
        ),
        (
            Country,
            "State of Israel | Côte d'Ivoire | Cote d’Ivoire | Bosnia & Herzegovina | Czechia | Czech Republic",
        ),
        (
            State,
            "TX | N.Y. | NSW | NRW | Calif. | Texas' | State of Texas | Commonwealth of Massachusetts | Provincia de Sevilla",
        ),
        (
            State,
            "Kanton Zürich | Comunidad de Madrid | estado de São Paulo | New York State | Washington State | Punjab province",
        ),
        (
            City,
            "ST. PETERSBURG | Berlins | Berlin's | City of Little Wittering | Stadt Quellheim | Ciudad de Vallefrío | St. John's",
        ),
        (
            City,
            "New York City | NYC | L.A. | Washington, D.C. | Frankfurt/Main | sao paulo | SÃO PAULO",
        ),
        (
            Location,
            "tx | in | de | FR | EU | State of Nowhereshire | Kingdom of Judah | … | northern Italy | Süddeutschland",
        ),
    ]);
}

/// The smallest, unless nearly everybody means another one.
#[test]
fn names_of_several() {
    check(&[
        (
            City,
            "New York | Washington | Berlin | Hamburg | Madrid | Valencia | São Paulo | Rio de Janeiro | Québec",
        ),
        (
            City,
            "Granada | Brussels | Utrecht | Salzburg | Zürich | Puebla | Victoria | San Salvador | Tunis | Guatemala City",
        ),
        (
            State,
            "Georgia | Florida | Virginia | Ontario | Oklahoma | Indiana | Delaware | Nevada | Wyoming | La Rioja",
        ),
        (
            Country,
            "Mexico | México | Luxembourg | Luxemburg | Singapore | Monaco | Jordan | Lebanon | Panama | Kuwait",
        ),
        (
            Country,
            "Jamaica | Cuba | Chile | Peru | Chad | Niger | Albania | Armenia | Hong Kong | Puerto Rico | França",
        ),
        (
            Location,
            "the Andes | les Alpes | Java | Bali | Kent | Cornwall | Mars | Marne | Loire | Crimea",
        ),
    ]);
}

fn found(profile: Profile, text: &str) -> Vec<(&str, EntityType)> {
    let analyzer = Analyzer::new(AnalyzerOptions::of(profile));
    let all = analyzer.analyze(text);
    all.iter().filter_map(|f| Some((f.span.of(text)?, f.entity))).collect()
}

#[test]
fn in_sentences() {
    let text = "Yesterday Ingrid Maier flew from Berlin to Texas and then home to Sweden.";
    let want = [
        ("Ingrid Maier", EntityType::Person),
        ("Berlin", City),
        ("Texas", State),
        ("Sweden", Country),
    ];
    assert_eq!(found(Profile::Strict, text), want);
    assert_eq!(found(Profile::Office, text), want);
}

#[test]
fn cut_where_all_parts_are_known() {
    let rows: [(&str, &[(&str, EntityType)]); 6] = [
        ("Austin, Texas", &[("Austin", City), ("Texas", State)]),
        ("London,  UK", &[("London", City), ("UK", Country)]),
        ("Paris, TX, USA", &[("Paris", City), ("TX", State), ("USA", Country)]),
        ("Washington, D.C.", &[("Washington, D.C.", City)]),
        ("Little Wittering, Kent", &[("Little Wittering, Kent", Location)]),
        ("Upper Quell, Texas", &[("Upper Quell, Texas", Location)]),
    ];
    for (value, want) in rows {
        let text = format!("in {value}.");
        let finding = place("model/location", 3, 3 + value.len());
        let mut got = Vec::new();
        told_apart(&text, finding, EntitySet::NONE, &mut |f| {
            got.push((f.span.of(&text).unwrap().to_owned(), f.entity));
        });
        let want: Vec<_> = want.iter().map(|(part, kind)| ((*part).to_owned(), *kind)).collect();
        assert_eq!(got, want, "{value}");
    }
}

fn place(recognizer: &'static str, start: usize, end: usize) -> Finding {
    let span = Span::new(start, end).unwrap();
    let (score, reasons) = (privet_text::Score::CONTEXT, Vec::new());
    Finding { entity: Location, span, score, recognizer, reasons }
}

/// What a company looks for itself is masked, also where a country may stay.
#[test]
fn a_company_s_own_places() {
    let kind = |recognizer, counted: &[EntityType]| {
        let counted = counted.iter().copied().collect();
        let mut got = Vec::new();
        told_apart("Germany", place(recognizer, 0, 7), counted, &mut |f| {
            got.push((f.entity, f.recognizer));
        });
        got
    };
    assert_eq!(kind("custom/site", &[]), [(Country, "custom/site")]);
    assert_eq!(kind("custom/site", &[Country]), [(Location, "custom/site")]);
    assert_eq!(kind("model/location", &[Country]), [(Country, "model/country")]);
}

#[test]
fn behind_a_disguise() {
    let text = "Ingrid Maier moved from B\u{200b}erlin to Sweden.";
    assert!(found(Profile::Strict, text).contains(&("B\u{200b}erlin", City)), "{text:?}");
}

/// The lists are sound: nothing in them is lost between lists, and each name says its kind.
#[test]
fn every_name_of_the_short_lists_is_known() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("data/place");
    let names = |file: &str| {
        let text = std::fs::read_to_string(folder.join(file)).unwrap();
        let lines = text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned);
        lines.collect::<Vec<_>>()
    };
    let firm: std::collections::BTreeSet<String> = ["means.txt", "other.txt"]
        .iter()
        .flat_map(|file| names(file))
        .flat_map(|line| line.split(" | ").map(key::key).collect::<Vec<_>>())
        .collect();
    let mut lost = Vec::new();
    for (file, want) in [("state.txt", State), ("country.txt", Country), ("territory.txt", Country)]
    {
        for line in names(file) {
            for name in line.split(" | ").filter(|name| !firm.contains(&key::key(name))) {
                let kind = kind_of_place(name);
                // A large town may have the name.
                if kind != want && kind != City && !(want == Country && kind == State) {
                    lost.push(format!("{name}: {kind}"));
                }
            }
        }
    }
    assert_eq!(lost, Vec::<String>::new());
    for line in names("means.txt") {
        let (kind, listed) = line.split_once(" | ").unwrap();
        for name in listed.split(" | ") {
            assert_eq!(kind_of_place(name).name(), kind, "{name}");
        }
    }
}
