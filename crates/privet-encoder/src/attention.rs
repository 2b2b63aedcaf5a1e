//! Attention: what each piece takes from the other pieces of its window.

use crate::row::{LANES, shares};
use crate::size::Size;

/// Numbers of a head.
pub(crate) const HEAD: usize = 32;

/// Pieces that look at the others at the same time.
const TALL: usize = 4;

/// Buffers that are used again.
#[derive(Debug, Default)]
pub(crate) struct Room {
    /// For each 16 pieces, for each number of a head, the numbers of 16 keys.
    keys: Vec<[[f32; LANES]; HEAD]>,
    /// For each piece its value.
    values: Vec<[f32; HEAD]>,
    /// For each piece that looks, its scores.
    scores: [Vec<[f32; LANES]>; TALL],
}

/// Reads queries, keys and values of one window from `asked`, three times the width to a
/// row, and writes what each of the pieces `looking` takes to a row of `taken`.
#[inline(always)]
pub(crate) fn attend(
    asked: &[f32],
    looking: &[usize],
    taken: &mut [f32],
    size: Size,
    room: &mut Room,
) {
    let width = size.width;
    let count = asked.len() / (3 * width).max(1);
    for number in 0..size.heads {
        let column = number * HEAD;
        gather(asked, width, column, count, room);
        for (looking, taken) in looking.chunks(TALL).zip(taken.chunks_mut(TALL * width)) {
            let mut queries = [[0.0; HEAD]; TALL];
            for (query, piece) in queries.iter_mut().zip(looking) {
                let row = asked.get(piece * 3 * width + column..);
                if let Some(own) = row.and_then(|row| row.first_chunk::<HEAD>()) {
                    *query = *own;
                }
            }
            score(&queries, count, room);
            for scores in &mut room.scores {
                shares(scores);
            }
            let values = take(room);
            for (value, taken) in values.iter().zip(taken.chunks_exact_mut(width)) {
                if let Some(own) = taken.get_mut(column..column + HEAD) {
                    own.copy_from_slice(value);
                }
            }
        }
    }
}

/// Lays the keys and values of a head side by side.
#[inline(always)]
fn gather(asked: &[f32], width: usize, column: usize, count: usize, room: &mut Room) {
    room.keys.clear();
    room.keys.resize(count.div_ceil(LANES), [[0.0; LANES]; HEAD]);
    room.values.clear();
    let groups = asked.chunks(LANES * 3 * width).zip(&mut room.keys);
    for (rows, keys) in groups {
        for (lane, row) in rows.chunks_exact(3 * width).enumerate() {
            let part = |from: usize| row.get(from + column..).and_then(|row| row.first_chunk());
            let (Some(key), Some(value)) = (part(width), part(2 * width)) else { return };
            room.values.push(*value);
            let key: &[f32; HEAD] = key;
            for (lanes, number) in keys.iter_mut().zip(key) {
                if let Some(lane) = lanes.get_mut(lane) {
                    *lane = *number;
                }
            }
        }
    }
}

/// How much some pieces look at each of the others.
#[inline(always)]
fn score(queries: &[[f32; HEAD]; TALL], count: usize, room: &mut Room) {
    let factor = 1.0 / (HEAD as f32).sqrt();
    for scores in &mut room.scores {
        scores.clear();
    }
    for group in &room.keys {
        let mut sums = [[0.0f32; LANES]; TALL];
        for (at, keys) in group.iter().enumerate() {
            for (sums, query) in sums.iter_mut().zip(queries) {
                let number = query.get(at).copied().unwrap_or_default();
                for (sum, key) in sums.iter_mut().zip(keys) {
                    *sum += number * key;
                }
            }
        }
        for (scores, mut sums) in room.scores.iter_mut().zip(sums) {
            for sum in &mut sums {
                *sum *= factor;
            }
            scores.push(sums);
        }
    }
    for scores in &mut room.scores {
        // Lanes without a piece are looked at by nobody.
        let spare = scores.as_flattened_mut().get_mut(count..).unwrap_or_default();
        spare.fill(NOBODY);
    }
}

/// The values of all pieces, by the shares that some pieces give them.
#[inline(always)]
fn take(room: &Room) -> [[f32; HEAD]; TALL] {
    let [a, b, c, d] = room.scores.each_ref().map(|scores| scores.as_flattened());
    let mut sums = [[0.0f32; HEAD]; TALL];
    let shares = a.iter().zip(b).zip(c).zip(d);
    for ((((a, b), c), d), value) in shares.zip(&room.values) {
        for (sums, share) in sums.iter_mut().zip([a, b, c, d]) {
            for (sum, number) in sums.iter_mut().zip(value) {
                *sum += share * number;
            }
        }
    }
    sums
}

const NOBODY: f32 = -1e30;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_take_what_they_look_at() {
        let size = Size { width: 64, heads: 2, inner: 64, layers: 1 };
        // The second piece's first key answers the first piece's query.
        let mut asked = vec![0.0; 3 * 64 * 5];
        asked[0] = 100.0;
        asked[192 + 64] = 100.0;
        for piece in 0..5 {
            asked[piece * 192 + 128..piece * 192 + 192].fill(piece as f32);
        }
        let mut taken = vec![9.0; 5 * 64];
        attend(&asked, &[0, 1, 2, 3, 4], &mut taken, size, &mut Room::default());
        let mut of_last = vec![9.0; 64];
        attend(&asked, &[4], &mut of_last, size, &mut Room::default());
        assert_eq!(of_last, taken[4 * 64..]);
        assert!((taken[0] - 1.0).abs() < 1e-5 && (taken[31] - 1.0).abs() < 1e-5);
        assert!((taken[32] - 2.0).abs() < 1e-5, "the mean, where nobody is looked at");
        assert!((taken[5 * 64 - 1] - 2.0).abs() < 1e-5);
    }
}
