//! Labels texts with both tiers, so that other models can learn from them.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};

use privet_encoder::{DeepTagger, Reach};
use privet_tagger::{Eagerness, Mention, Name};
use serde::{Deserialize, Serialize};

use crate::args;
use crate::score::Tags;

#[derive(Deserialize)]
struct Line {
    id: String,
    text: String,
}

/// A line that is written. Bounds are code points.
#[derive(Serialize)]
struct Labelled {
    id: String,
    text: String,
    spans: Vec<Span>,
}

#[derive(Serialize)]
struct Span {
    start: usize,
    end: usize,
    #[serde(rename = "type")]
    name: &'static str,
    confidence: f32,
}

/// Does it.
pub(crate) fn label(asked: &args::Label) -> anyhow::Result<()> {
    let (fast, encoder) = asked.tables.read()?;
    let eagerness = Eagerness::new(asked.eagerness, asked.eagerness);
    let tagger: Box<dyn Tags> = match asked.fast {
        true => Box::new(fast.with_eagerness(eagerness)),
        false => Box::new(DeepTagger::new(fast, encoder, Reach::Everything, eagerness)),
    };
    let mut out = BufWriter::new(File::create(&asked.out)?);
    for line in BufReader::new(File::open(&asked.texts)?).lines() {
        let Line { id, text } = serde_json::from_str(&line?)?;
        let mut spans = Vec::new();
        tagger.tag(&text, &mut |mention| spans.push(span(&text, &mention)));
        serde_json::to_writer(&mut out, &Labelled { id, text, spans })?;
        out.write_all(b"\n")?;
    }
    Ok(out.flush()?)
}

fn span(text: &str, mention: &Mention) -> Span {
    let letters = |to: usize| text.get(..to).map_or(0, |part| part.chars().count());
    let name = match mention.name {
        Name::Person => "PERSON",
        Name::Location => "LOCATION",
        Name::Organization => "ORG",
    };
    Span {
        start: letters(mention.start),
        end: letters(mention.end),
        name,
        confidence: mention.confidence,
    }
}
