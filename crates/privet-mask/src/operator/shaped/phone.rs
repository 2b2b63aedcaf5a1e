//! Telephone numbers that countries keep for films and books.

use crate::operator::Draw;

/// A block of numbers kept for fiction.
struct Block {
    /// Country code.
    country: &'static str,
    /// The national number without its trunk prefix; each `x` is drawn.
    numbers: &'static [&'static str],
    /// Digits before the national number when called from inside.
    trunk: &'static str,
}

/// Who keeps which: ATIS and NANPA (555-01XX), Ofcom, Bundesnetzagentur, ARCEP, ACMA, PTS,
/// ComReg. In the plan of North America the area code is drawn too.
const BLOCKS: &[Block] = &[
    Block { country: "1", numbers: &["nnn55501xx"], trunk: "1" },
    Block {
        country: "44",
        numbers: &[
            "7700900xxx",
            "1632960xxx",
            "2079460xxx",
            "1134960xxx",
            "1214960xxx",
            "1614960xxx",
        ],
        trunk: "0",
    },
    Block {
        country: "49",
        numbers: &["3023125xxx", "6990009xxx", "4066969xxx", "2214710xxx", "8999998xxx"],
        trunk: "0",
    },
    Block {
        country: "33",
        numbers: &["19900xxxx", "26191xxxx", "35301xxxx", "46571xxxx", "53649xxxx", "63998xxxx"],
        trunk: "0",
    },
    Block {
        country: "61",
        numbers: &["25550xxxx", "35550xxxx", "75550xxxx", "85550xxxx"],
        trunk: "0",
    },
    Block { country: "46", numbers: &["3139006xx", "4062804xx"], trunk: "0" },
    Block { country: "353", numbers: &["2091xxxxx"], trunk: "0" },
];

/// A number of the same country in the same spelling, if its country keeps numbers for
/// fiction; `None` otherwise.
pub(super) fn shaped(surface: &str, draw: &mut Draw) -> Option<String> {
    let digits: String = surface.chars().filter(char::is_ascii_digit).collect();
    let international = surface.trim_start().starts_with('+');
    let (lead, block, national) = if international {
        let block = BLOCKS.iter().find(|block| digits.starts_with(block.country))?;
        (block.country, block, digits.get(block.country.len()..)?)
    } else {
        let block = BLOCKS.iter().find(|block| is_national(block, &digits, surface))?;
        let lead = if digits.starts_with(block.trunk) { block.trunk } else { "" };
        (lead, block, digits.get(lead.len()..)?)
    };
    let national = national.trim_start_matches('0');
    // A number as long as the one it stands for keeps the spelling.
    let fitting: Vec<&str> =
        block.numbers.iter().copied().filter(|number| number.len() == national.len()).collect();
    let fits = !fitting.is_empty();
    let pattern = if fits { draw.pick(&fitting)? } else { draw.pick(block.numbers)? };
    let number: String = filled(pattern, draw);
    if !fits {
        let plus = if international { "+" } else { "" };
        return Some(format!("{plus}{lead} {number}"));
    }
    let kept = digits.len() - number.len();
    let mut place = 0;
    let mut drawn = number.chars();
    let spelled = surface.chars().map(|c| {
        if !c.is_ascii_digit() {
            return c;
        }
        place += 1;
        if place <= kept { c } else { drawn.next().unwrap_or(c) }
    });
    Some(spelled.collect())
}

/// Whether a number without country code is of `block`'s country by its look.
fn is_national(block: &Block, digits: &str, surface: &str) -> bool {
    let groups: Vec<usize> =
        surface.split(|c: char| !c.is_ascii_digit()).map(str::len).filter(|len| *len > 0).collect();
    match block.country {
        "1" => {
            let ten = digits.strip_prefix('1').filter(|rest| rest.len() == 10).unwrap_or(digits);
            let plan = ten.len() == 10 && ten.starts_with(|c| matches!(c, '2'..='9'));
            plan && (groups.ends_with(&[3, 3, 4]) || groups.ends_with(&[3, 4]) || groups.len() == 1)
        }
        "33" => groups == [2, 2, 2, 2, 2] && digits.starts_with('0'),
        "44" => digits.len() == 11 && (digits.starts_with("07") || digits.starts_with("020")),
        _ => false,
    }
}

fn filled(pattern: &str, draw: &mut Draw) -> String {
    let mut areas = 0;
    pattern
        .chars()
        .filter_map(|c| match c {
            'n' => {
                areas += 1;
                // Area codes are 2-9, 0-8, 0-9, and no code of a service such as 911.
                let digit = match areas {
                    1 => 2 + draw.below(8),
                    2 => [0, 2, 3, 4, 5, 6, 7, 8].get(draw.below(8) as usize).copied()?,
                    _ => draw.below(10),
                };
                char::from_digit(digit, 10)
            }
            'x' => Some(draw.digit()),
            c => c.is_ascii_digit().then_some(c),
        })
        .collect()
}
