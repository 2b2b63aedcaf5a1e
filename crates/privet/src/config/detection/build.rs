//! From what is written about detection to what detects.

use std::path::Path;
use std::sync::Arc;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use privet_detect::{Case, Custom, Detector, Exception, RecognizerSpec};
use privet_text::{EntitySet, EntityType, Score};

use super::example::Example;
use super::file::{
    CaseRule, CatalogueFile, DictionaryFile, DocumentFile, ExceptionFile, ExceptionScope,
    RecognizerFile,
};
use super::{Detection, catalogue};
use crate::config::at::{At, Place};
use crate::config::names::EntityName;
use crate::config::problem::Problems;

/// What a company adds, built.
#[derive(Debug, Default)]
pub struct Own {
    /// Its recognizers, dictionaries and columns; `None` if there are none.
    pub custom: Option<Arc<Custom>>,
    /// Its exceptions, also those that have expired.
    pub exceptions: Vec<Exempted>,
    /// How much there is of what, for people: "2 recognizers, 30000 entries".
    pub summary: Option<String>,
}

/// An exception, for whom and until when.
#[derive(Clone, Debug)]
pub struct Exempted {
    /// Which values.
    pub exception: Exception,
    /// Whose calls.
    pub scope: ExceptionScope,
    /// When it ends.
    pub ends: Timestamp,
}

impl Own {
    /// The exceptions that hold for everybody.
    pub fn exceptions_of_all(&self, now: Timestamp) -> Vec<Exception> {
        let everybody = ExceptionScope::default();
        let held = self.exceptions.iter().filter(|one| one.scope == everybody && now < one.ends);
        held.map(|one| one.exception.clone()).collect()
    }
}

impl Detection {
    /// Reads the files and builds what detects. `now` tells which exceptions are over.
    ///
    /// # Errors
    /// With all that is wrong.
    pub fn build(&self, now: Timestamp) -> Result<(Own, Problems), Problems> {
        let mut builder = Builder {
            base: &self.base,
            custom: Custom::builder(),
            problems: Problems { file: self.config.clone(), list: Vec::new() },
            entries: 0,
            columns: 0,
        };
        let file = &self.file;
        file.recognizers.iter().for_each(|one| builder.recognizer(one));
        file.dictionaries.iter().for_each(|one| builder.dictionary(one));
        file.documents.iter().for_each(|one| builder.document(one));
        file.catalogues.iter().for_each(|one| builder.catalogue(one));
        let exceptions =
            file.exceptions.iter().filter_map(|one| builder.exception(one, now)).collect();
        if builder.problems.has_errors() {
            return Err(builder.problems);
        }
        let counts = [
            (file.recognizers.len(), "recognizers"),
            (builder.entries, "dictionary entries"),
            (file.documents.len(), "documents"),
            (builder.columns, "columns"),
            (file.exceptions.len(), "exceptions"),
        ];
        let said: Vec<_> = counts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        let finds = counts.iter().take(4).any(|(count, _)| *count > 0);
        let own = Own {
            custom: finds.then(|| Arc::new(builder.custom.build())),
            exceptions,
            summary: (!said.is_empty()).then(|| said.join(", ")),
        };
        Ok((own, builder.problems))
    }
}

struct Builder<'a> {
    base: &'a Path,
    custom: privet_detect::CustomBuilder,
    problems: Problems,
    entries: usize,
    columns: usize,
}

impl Builder<'_> {
    fn recognizer(&mut self, file: &RecognizerFile) {
        let place = file.name.place;
        let name = &file.name.value;
        if !is_name(name) {
            self.problems.refuse(place, NAME_EXPECTED);
            return;
        }
        if !(0.0..=1.0).contains(&file.score.value) {
            let text = format!("detection.recognizers: `{name}`: score: expected 0 to 1");
            self.problems.refuse(file.score.place.or(place), text);
            return;
        }
        let spec = RecognizerSpec {
            name: name.clone(),
            entity: entity_of(file.entity),
            title: file.title.clone(),
            patterns: file.patterns.clone(),
            words: file.words.clone(),
            exact: file.case == CaseRule::Exact,
            validator: file.validator.clone(),
            context: file.context.clone(),
            against: file.against.clone(),
            needs_context: file.needs_context,
            score: file.score.value as f32,
        };
        if let Err(error) = self.custom.recognizer(&spec) {
            self.problems.refuse(place, format!("detection.recognizers: `{name}`: {error}"));
            return;
        }
        self.examples(file, &spec);
    }

    /// Runs the examples of one recognizer by itself.
    fn examples(&mut self, file: &RecognizerFile, spec: &RecognizerSpec) {
        let mut alone = Custom::builder();
        if alone.recognizer(spec).is_err() {
            return;
        }
        let alone = alone.build();
        for marked in &file.examples {
            match Example::read(&marked.value) {
                None => self.refuse_example(spec, marked, "`[[` and `]]` do not pair"),
                Some(example) if example.values.is_empty() => {
                    self.refuse_example(spec, marked, "nothing stands between `[[` and `]]`");
                }
                Some(example) if values(&alone, &example.text) != example.values => {
                    self.refuse_example(spec, marked, "it finds something else in this example");
                }
                Some(_) => {}
            }
        }
        for text in &file.counter_examples {
            if !values(&alone, &text.value).is_empty() {
                self.refuse_example(spec, text, "it finds something in this counter-example");
            }
        }
        if file.examples.is_empty() {
            let text = format!("detection.recognizers: `{}` has no example", spec.name);
            self.problems.warn(file.name.place, text);
        }
    }

    fn refuse_example(&mut self, spec: &RecognizerSpec, text: &At<String>, what: &str) {
        self.problems.refuse(text.place, format!("detection.recognizers: `{}`: {what}", spec.name));
    }

    fn dictionary(&mut self, file: &DictionaryFile) {
        let name = &file.name.value;
        if !is_name(name) {
            self.problems.refuse(file.name.place, NAME_EXPECTED);
            return;
        }
        let Some(text) = self.text_of("detection.dictionaries", &file.file) else { return };
        let case = match file.case {
            CaseRule::Folded => Case::Folded,
            CaseRule::Exact => Case::Exact,
        };
        match self.custom.dictionary(name, entity_of(file.entity), case, &text) {
            Ok(loaded) => {
                self.entries += loaded.entries;
                if loaded.skipped > 0 {
                    let text = format!(
                        "detection.dictionaries: `{name}`: {} lines of one letter or of more than \
                         24 words are not looked for",
                        loaded.skipped
                    );
                    self.problems.warn(file.name.place, text);
                }
            }
            Err(error) => {
                let text = format!("detection.dictionaries: `{name}`: {error}");
                self.problems.refuse(file.name.place, text);
            }
        }
    }

    fn document(&mut self, file: &DocumentFile) {
        let name = &file.name.value;
        if !is_name(name) {
            self.problems.refuse(file.name.place, NAME_EXPECTED);
            return;
        }
        let Some(text) = self.text_of("detection.documents", &file.file) else { return };
        if let Err(error) = self.custom.document(name, entity_of(file.entity), &text) {
            let text = format!("detection.documents: `{name}`: {error}");
            self.problems.refuse(file.file.place, text);
        }
    }

    fn catalogue(&mut self, file: &CatalogueFile) {
        let Some(text) = self.text_of("detection.catalogues", &file.file) else { return };
        match catalogue::read(&file.file.value, &text) {
            Ok(columns) => {
                self.columns += columns.len();
                for column in columns {
                    self.custom.column(&column.name, column.entity);
                }
            }
            Err(error) => {
                let file_name = file.file.value.display();
                let text = format!("detection.catalogues: `{file_name}`: {error}");
                self.problems.refuse(file.file.place, text);
            }
        }
    }

    fn exception(&mut self, file: &ExceptionFile, now: Timestamp) -> Option<Exempted> {
        for (what, text) in [("owner", &file.owner), ("reason", &file.reason)] {
            if text.value.trim().is_empty() {
                let text = format!("detection.exceptions: {what}: expected somebody or something");
                self.problems.refuse(file.owner.place, text);
            }
        }
        let ends = end_of(&file.expires.value);
        if ends.is_none() {
            let text = "detection.exceptions: expires: expected a day such as `2027-03-31`";
            self.problems.refuse(file.expires.place, text);
        }
        if ends.is_some_and(|ends| ends <= now) {
            let text = format!(
                "detection.exceptions: expired on {}, so it does nothing",
                file.expires.value
            );
            self.problems.warn(file.expires.place, text);
        }
        let place = |at: &At<String>| at.place;
        let entities: EntitySet = match file.entities.as_slice() {
            [] => EntitySet::all(),
            list => EntitySet::named(list.iter().map(|name| name.0)),
        };
        let pattern = file.pattern.as_ref();
        match Exception::new(entities, file.terms.clone(), pattern.map(|at| at.value.as_str())) {
            Ok(exception) => Some(Exempted { exception, scope: file.scope.clone(), ends: ends? }),
            Err(error) => {
                let place: Option<Place> = pattern.and_then(place).or(file.owner.place);
                self.problems.refuse(place, format!("detection.exceptions: {error}"));
                None
            }
        }
    }

    fn text_of(&mut self, key: &str, file: &At<std::path::PathBuf>) -> Option<String> {
        match std::fs::read_to_string(self.base.join(&file.value)) {
            Ok(text) => Some(text),
            Err(error) => {
                let path = file.value.display();
                self.problems.refuse(file.place, format!("{key}: cannot read `{path}`: {error}"));
                None
            }
        }
    }
}

/// What `custom` would report in `text`.
fn values(custom: &Custom, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    custom.detect(text, &mut |finding| {
        if finding.score >= REPORTED {
            found.push(finding.span);
        }
    });
    found.sort_unstable();
    found.dedup();
    found.iter().filter_map(|span| span.of(text)).map(str::to_owned).collect()
}

fn entity_of(name: Option<EntityName>) -> EntityType {
    name.map_or(EntityType::Custom, |name| name.0)
}

fn is_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !name.is_empty() && name.len() <= 60 && name.bytes().all(allowed)
}

/// The end of the day `text`.
fn end_of(text: &str) -> Option<Timestamp> {
    let day: Date = text.parse().ok()?;
    let next = day.checked_add(1.day()).ok()?;
    next.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

const REPORTED: Score = Score::HALF;
const NAME_EXPECTED: &str = "detection: name: expected small letters, digits and `-`, at most 60";
