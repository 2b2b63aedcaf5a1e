//! What can be asked on the command line.

use std::path::PathBuf;

use clap::{Args as Arguments, Parser, Subcommand};

use crate::encoder;
use crate::trainer::Recipe;

#[derive(Parser)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) task: Task,
}

#[derive(Subcommand)]
pub(crate) enum Task {
    /// Makes the table of words.
    Words {
        /// Where to write the table.
        #[arg(long, default_value = "crates/privet-tagger/model/words.bin")]
        out: PathBuf,
    },
    /// Makes the table of weights and measures it on the texts held back.
    Names(Names),
    /// Makes the table of the deep tier.
    Encoder(Encoder),
    /// Labels texts with both tiers, as a teacher.
    Label(Label),
    /// Measures both tiers, alone and together, on the texts held back.
    Tiers(Tiers),
    /// Measures thresholds on the texts held back, with a table that was not trained on them.
    Thresholds(Thresholds),
    /// Measures how many names of each origin the tagger of the program finds.
    Fairness {
        /// With both tiers, everywhere.
        #[arg(long)]
        deep: bool,
    },
    /// Measures how fast the tagger of the program reads a text.
    Speed(Speed),
    /// Measures on each corpus what was learned from the others.
    LeaveOut(LeaveOut),
}

#[derive(Arguments)]
pub(crate) struct Names {
    /// The folder of labelled texts.
    #[arg(long)]
    pub(crate) corpora: PathBuf,
    /// Where to write the table.
    #[arg(long, default_value = "crates/privet-tagger/model/names.bin")]
    pub(crate) out: PathBuf,
    /// Train on all texts, also those held back.
    #[arg(long)]
    pub(crate) all: bool,
    /// Groups of corpora that are left out, by name, and with them what teachers labelled;
    /// `teachers` leaves out only that.
    #[arg(long)]
    pub(crate) without: Vec<String>,
    #[command(flatten)]
    pub(crate) recipe: Recipe,
}

#[derive(Arguments)]
pub(crate) struct Encoder {
    /// The folder of labelled texts.
    #[arg(long)]
    pub(crate) corpora: PathBuf,
    /// The folder of the start weights: `model.safetensors` and `vocab.txt`.
    #[arg(long)]
    pub(crate) encoder: PathBuf,
    /// Where the state is kept, to go on after an interruption.
    #[arg(long, default_value = "encoder.state")]
    pub(crate) state: PathBuf,
    /// Where to write the table.
    #[arg(long, default_value = "crates/privet-encoder/model/encoder.bin")]
    pub(crate) out: PathBuf,
    /// Groups of corpora that are left out, by name, and with them what teachers labelled;
    /// `teachers` leaves out only that.
    #[arg(long)]
    pub(crate) without: Vec<String>,
    #[command(flatten)]
    pub(crate) recipe: encoder::Recipe,
}

#[derive(Arguments)]
pub(crate) struct Label {
    /// The texts: an object with `id` and `text` a line.
    pub(crate) texts: PathBuf,
    /// Where to write them with spans.
    #[arg(long)]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) tables: Tables,
    /// With the fast tagger alone.
    #[arg(long)]
    pub(crate) fast: bool,
    /// More names are found with more.
    #[arg(long, default_value_t = 0.0)]
    pub(crate) eagerness: f32,
}

#[derive(Arguments)]
pub(crate) struct Tiers {
    /// The folder of labelled texts.
    #[arg(long)]
    pub(crate) corpora: PathBuf,
    #[command(flatten)]
    pub(crate) tables: Tables,
    /// Only these groups, and all of their texts.
    #[arg(long)]
    pub(crate) only: Vec<String>,
    /// How much the fast tagger is heard.
    #[arg(long)]
    pub(crate) fast_share: Option<f32>,
    /// How much the deep tier is heard.
    #[arg(long)]
    pub(crate) deep_share: Option<f32>,
    /// More names are found with more.
    #[arg(long, default_value_t = 0.0)]
    pub(crate) eagerness: f32,
    /// The same for sentences in one case.
    #[arg(long, default_value_t = 1.5)]
    pub(crate) one_case: f32,
    /// The encoder reads only where the fast tagger is unsure.
    #[arg(long)]
    pub(crate) unsure: bool,
}

/// Other tables than the program's.
#[derive(Arguments)]
pub(crate) struct Tables {
    /// The table of the fast tagger, if not the program's.
    #[arg(long)]
    pub(crate) fast_table: Option<PathBuf>,
    /// The table of the deep tier, if not the program's.
    #[arg(long)]
    pub(crate) deep_table: Option<PathBuf>,
}

#[derive(Arguments)]
pub(crate) struct Thresholds {
    /// The folder of labelled texts.
    #[arg(long)]
    pub(crate) corpora: PathBuf,
    #[command(flatten)]
    pub(crate) tables: Tables,
    /// Of both tiers, where the fast one is unsure.
    #[arg(long)]
    pub(crate) deep: bool,
}

#[derive(Arguments)]
pub(crate) struct Speed {
    /// The text.
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) tables: Tables,
    /// Also read with the deep tier, everything.
    #[arg(long)]
    pub(crate) deep: bool,
}

#[derive(Arguments)]
pub(crate) struct LeaveOut {
    /// The folder of labelled texts.
    #[arg(long)]
    pub(crate) corpora: PathBuf,
    /// Only the groups whose name begins so.
    #[arg(long, default_value = "")]
    pub(crate) only: String,
    /// Also print people that were missed or wrongly found.
    #[arg(long)]
    pub(crate) errors: bool,
    #[command(flatten)]
    pub(crate) recipe: Recipe,
}
