//! `privet-train encoder`: teaches MiniLM names, and makes the deep tier's table of it.

mod adam;
mod attention;
mod batch;
mod net;
mod norm;
mod start;
mod table;
mod taught;
mod weights;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context;
use privet_encoder::{Size, Vocabulary};

use self::adam::{Adam, Rates};
use self::batch::{PARTS, Teacher};
use self::net::{Batch, Gradients};
use self::start::Kept;
use self::taught::Taught;
use self::weights::Layout;
use crate::corpus::{Corpus, Document};
use crate::random::Random;
use crate::variant::Names;

/// How the encoder is taught.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Recipe {
    /// Layers, the first ones of the start weights.
    #[arg(long, default_value_t = 3)]
    pub(crate) layers: usize,
    /// Pieces of the vocabulary that are kept.
    #[arg(long, default_value_t = 26_000)]
    pub(crate) vocabulary: usize,
    /// Passes over the texts.
    #[arg(long, default_value_t = 2)]
    pub(crate) epochs: u32,
    /// Of each corpus so many letters are read in a pass, at random.
    #[arg(long, default_value_t = 400_000)]
    pub(crate) letters: usize,
    /// Pieces of a step.
    #[arg(long, default_value_t = 1024)]
    pub(crate) batch: usize,
    /// How far a step goes.
    #[arg(long, default_value_t = 2.5e-4)]
    pub(crate) rate: f32,
    /// So many times further for what the start weights did not have.
    #[arg(long, default_value_t = 5.0)]
    pub(crate) new_rate: f32,
    /// In this share of passes over a text it is also written lower.
    #[arg(long, default_value_t = 0.35)]
    pub(crate) lower: f32,
    /// In this share of passes over a text it is also written upper.
    #[arg(long, default_value_t = 0.25)]
    pub(crate) upper: f32,
    /// In this share of texts names are replaced first.
    #[arg(long, default_value_t = 0.5)]
    pub(crate) replaced: f32,
    /// This share of words is hidden.
    #[arg(long, default_value_t = 0.05)]
    pub(crate) word_hidden: f32,
    /// Of this share of words the lists are not asked.
    #[arg(long, default_value_t = 0.15)]
    pub(crate) lists_hidden: f32,
    /// Threads; the result does not depend on it.
    #[arg(long, default_value_t = 1)]
    pub(crate) threads: usize,
    /// Stop after so many steps, as if this were the end.
    #[arg(long, default_value_t = 2800)]
    pub(crate) steps_max: usize,
    /// Where the random numbers start.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
}

/// Where things are read and written.
pub(crate) struct Places {
    /// The folder with `model.safetensors` and `vocab.txt`.
    pub(crate) start: PathBuf,
    /// Where the state is kept, to go on after an interruption.
    pub(crate) state: PathBuf,
}

/// Teaches an encoder the documents that `takes` takes.
pub(crate) fn teach(
    corpora: &[Corpus],
    recipe: &Recipe,
    places: &Places,
    takes: impl Fn(&Corpus, &Document) -> bool + Copy,
) -> anyhow::Result<Taught> {
    let kept = kept(corpora, &places.start, recipe)?;
    let list: &'static str = String::leak(kept.pieces.join("\n"));
    let vocabulary = Vocabulary::new(list).context("no vocabulary")?;
    let layout = Layout::new(Size::minilm(recipe.layers), kept.pieces.len());
    let mut random = Random::new(recipe.seed);
    let weights = start::weights(&places.start, &layout, &kept, &mut random)?;
    let names = Names::new();
    let teacher = Teacher { vocabulary: &vocabulary, names: &names, recipe };
    let mut batches = Vec::new();
    for _ in 0..recipe.epochs {
        batches.extend(teacher.pass(corpora, takes, &mut random));
    }
    batches.truncate(recipe.steps_max);
    let pieces = |batch: &[Batch; PARTS]| batch.iter().map(|p| p.pieces.len()).sum::<usize>();
    println!(
        "{} pieces in the vocabulary, {} weights, {} steps over {} pieces",
        kept.pieces.len(),
        layout.count(),
        batches.len(),
        batches.iter().map(pieces).sum::<usize>()
    );
    let mut adam = match Adam::load(&places.state, layout.count()) {
        Ok(adam) => adam,
        Err(_) => Adam::new(weights),
    };
    learn(&mut adam, &layout, &batches, recipe, &places.state)?;
    Ok(Taught { layout, weights: adam.weights, pieces: list })
}

fn learn(
    adam: &mut Adam,
    layout: &Layout,
    batches: &[[Batch; PARTS]],
    recipe: &Recipe,
    state: &Path,
) -> anyhow::Result<()> {
    let from = Instant::now();
    let (mut loss, mut counted) = (0.0, 0.0);
    for (number, batch) in batches.iter().enumerate().skip(adam.steps as usize) {
        let gradients = gradients(&adam.weights, layout, batch, recipe.threads);
        loss += gradients.loss;
        counted += gradients.counted;
        let share = slope(number, batches.len());
        let old = recipe.rate * share;
        adam.step(&gradients, layout, Rates { old, new: old * recipe.new_rate });
        if (number + 1) % LOGGED_EVERY == 0 || number + 1 == batches.len() {
            let seconds = from.elapsed().as_secs_f64();
            println!("step {}: loss {:.4}, {seconds:.0} s", number + 1, loss / counted);
            (loss, counted) = (0.0, 0.0);
        }
        if (number + 1) % SAVED_EVERY == 0 || number + 1 == batches.len() {
            adam.save(state)?;
        }
    }
    Ok(())
}

/// How far a step goes, of the farthest: up over the first twentieth, then down to nought.
fn slope(step: usize, steps: usize) -> f32 {
    let share = (step + 1) as f32 / steps.max(1) as f32;
    (share / WARM_UP).min((1.0 - share) / (1.0 - WARM_UP)).max(0.0)
}

/// The gradients of all parts, added up in their order.
fn gradients(
    weights: &Vec<f32>,
    layout: &Layout,
    batch: &[Batch; PARTS],
    threads: usize,
) -> Gradients {
    let of = |part: &Batch| net::gradients(weights, layout, part);
    let [first, second] = batch;
    let (mut sum, second) = if threads > 1 {
        std::thread::scope(|scope| {
            let other = scope.spawn(|| of(second));
            (of(first), other.join().unwrap_or_else(|_| of(second)))
        })
    } else {
        (of(first), of(second))
    };
    sum.dense.iter_mut().zip(&second.dense).for_each(|(sum, other)| *sum += other);
    for (piece, row) in second.pieces {
        match sum.pieces.get_mut(&piece) {
            Some(sum) => sum.iter_mut().zip(&row).for_each(|(sum, other)| *sum += other),
            None => _ = sum.pieces.insert(piece, row),
        }
    }
    sum.loss += second.loss;
    sum.counted += second.counted;
    sum
}

/// The vocabulary: what the labelled texts have is kept in any case.
fn kept(corpora: &[Corpus], start: &Path, recipe: &Recipe) -> anyhow::Result<Kept> {
    let whole = Kept::new(start, usize::MAX, |_| true)?;
    let list: &'static str = String::leak(whole.pieces.join("\n"));
    let vocabulary = Vocabulary::new(list).context("no vocabulary")?;
    let mut numbers = HashSet::new();
    for document in corpora.iter().flat_map(|corpus| &corpus.documents) {
        let text: String = document.text.iter().collect();
        batch::windows(&text, &vocabulary, &mut |window| {
            numbers.extend(window.pieces.iter().map(|piece| piece.id));
        });
    }
    let named = |number: &u16| whole.pieces.get(usize::from(*number)).map(String::as_str);
    let seen: HashSet<&str> = numbers.iter().filter_map(named).collect();
    println!("{} pieces in the texts", seen.len());
    Kept::new(start, recipe.vocabulary, |piece| seen.contains(piece))
}

const WARM_UP: f32 = 0.05;
const LOGGED_EVERY: usize = 50;
const SAVED_EVERY: usize = 250;
