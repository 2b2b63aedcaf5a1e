//! Numbering plans: country calling codes (ITU-T E.164) with how many digits a
//! national number has, and the ways national numbers are written.

use super::chain::Chain;

/// Whether `number`, digits with the country code in front, fits the plan of its country.
pub(super) fn fits_country(number: &[u8]) -> bool {
    let plan = COUNTRIES.iter().find(|(code, _, _)| number.starts_with(code.as_bytes()));
    let Some((code, min, max)) = plan else { return false };
    let national = number.get(code.len()..).unwrap_or_default();
    let fits = (usize::from(*min)..=usize::from(*max)).contains(&national.len());
    fits && (*code != "1" || fits_nanp(national))
}

/// Whether ten digits can be a number of the North American plan: area code and
/// exchange begin with 2 to 9, and neither is a service code such as 911.
pub(super) fn fits_nanp(national: &[u8]) -> bool {
    let [a, b, c, d, e, f, _, _, _, _] = national else { return false };
    let is_service = |x: u8, y: u8| x == b'1' && y == b'1';
    (b'2'..=b'9').contains(a)
        && (b'2'..=b'9').contains(d)
        && !is_service(*b, *c)
        && !is_service(*e, *f)
}

/// Whether a national number is written the way its country does, so clearly that
/// no word beside it is needed. All of these begin with a trunk 0 or a mobile prefix.
pub(super) fn is_written_nationally(chain: &Chain<'_>) -> bool {
    let lengths = chain.lengths();
    let shape = lengths.get(..chain.groups.len()).unwrap_or_default();
    let (number, _) = chain.number::<12>();
    let [a, b, ..] = number;
    if chain.joined_by(b".") && shape != [2, 2, 2, 2, 2] {
        return false;
    }
    let spaced = chain.joined_by(b" ");
    let dashed = chain.joined_by(b"-");
    let in_parentheses = chain.gap(0).first() == Some(&b')');
    match (a, b) {
        (b'0', b'1'..=b'9') => match shape {
            [2, 2, 2, 2, 2]
            | [3, 3, 2, 2]
            | [4, 2, 2, 2]
            | [4, 3, 2, 2]
            | [2, 3, 2, 2]
            | [2, 3, 3, 2] => true,
            [2, 4, 4] => dashed || in_parentheses,
            [3, 3, 4] | [3, 4, 4] | [4, 3, 4] | [5, 3, 3] | [4, 3, 3] => {
                spaced || dashed || in_parentheses
            }
            [5, 6] => spaced && matches!(b, b'1' | b'7'),
            [2, 8] => b == b'6',
            [4, 7 | 8] => {
                (spaced || dashed) && b == b'1' && matches!(number.get(2), Some(b'5'..=b'7'))
            }
            [3..=5, 5..=8] => !spaced && !dashed || (dashed && chain.digits >= 10),
            [3..=5, 2..=4, 2..=4, ..] if chain.groups.len() <= 4 => {
                matches!(chain.gap(0), b"/" | b" / " | b")" | b") ") && chain.digits >= 9
            }
            _ => false,
        },
        (b'1', b'3'..=b'9') => shape == [3, 4, 4] && (spaced || dashed),
        _ => matches!(shape, [2, 4 | 5, 4]) && in_parentheses,
    }
}

/// Calling code, shortest and longest national number. Longer codes come before
/// their prefixes.
const COUNTRIES: &[(&str, u8, u8)] = &[
    ("1", 10, 10),
    ("20", 8, 10),
    ("211", 9, 9),
    ("212", 9, 9),
    ("213", 8, 9),
    ("216", 8, 8),
    ("218", 8, 9),
    ("220", 7, 7),
    ("221", 9, 9),
    ("222", 8, 8),
    ("223", 8, 8),
    ("224", 8, 9),
    ("225", 8, 10),
    ("226", 8, 8),
    ("227", 8, 8),
    ("228", 8, 8),
    ("229", 8, 10),
    ("230", 7, 8),
    ("231", 7, 9),
    ("232", 8, 8),
    ("233", 9, 9),
    ("234", 7, 10),
    ("235", 8, 8),
    ("236", 8, 8),
    ("237", 8, 9),
    ("238", 7, 7),
    ("239", 7, 7),
    ("240", 9, 9),
    ("241", 7, 8),
    ("242", 9, 9),
    ("243", 7, 9),
    ("244", 9, 9),
    ("245", 7, 9),
    ("246", 7, 7),
    ("248", 7, 7),
    ("249", 9, 9),
    ("250", 8, 9),
    ("251", 9, 9),
    ("252", 6, 9),
    ("253", 8, 8),
    ("254", 9, 10),
    ("255", 9, 9),
    ("256", 9, 9),
    ("257", 8, 8),
    ("258", 8, 9),
    ("260", 9, 9),
    ("261", 9, 9),
    ("262", 9, 9),
    ("263", 8, 10),
    ("264", 8, 9),
    ("265", 7, 9),
    ("266", 8, 8),
    ("267", 7, 8),
    ("268", 8, 8),
    ("269", 7, 7),
    ("27", 9, 9),
    ("290", 4, 5),
    ("291", 7, 7),
    ("297", 7, 7),
    ("298", 6, 6),
    ("299", 6, 6),
    ("30", 10, 10),
    ("31", 9, 9),
    ("32", 8, 9),
    ("33", 9, 9),
    ("34", 9, 9),
    ("350", 8, 8),
    ("351", 9, 9),
    ("352", 6, 9),
    ("353", 7, 9),
    ("354", 7, 9),
    ("355", 8, 9),
    ("356", 8, 8),
    ("357", 8, 8),
    ("358", 6, 11),
    ("359", 7, 9),
    ("36", 8, 9),
    ("370", 8, 8),
    ("371", 8, 8),
    ("372", 7, 8),
    ("373", 8, 8),
    ("374", 8, 8),
    ("375", 9, 10),
    ("376", 6, 9),
    ("377", 8, 9),
    ("378", 6, 10),
    ("379", 6, 10),
    ("380", 9, 9),
    ("381", 8, 9),
    ("382", 8, 8),
    ("383", 8, 9),
    ("385", 8, 9),
    ("386", 8, 8),
    ("387", 8, 8),
    ("389", 8, 8),
    ("39", 6, 11),
    ("40", 9, 9),
    ("41", 9, 9),
    ("420", 9, 9),
    ("421", 9, 9),
    ("423", 7, 9),
    ("43", 5, 13),
    ("44", 9, 10),
    ("45", 8, 8),
    ("46", 7, 10),
    ("47", 8, 8),
    ("48", 9, 9),
    ("49", 6, 12),
    ("500", 5, 5),
    ("501", 7, 7),
    ("502", 8, 8),
    ("503", 8, 8),
    ("504", 8, 8),
    ("505", 8, 8),
    ("506", 8, 8),
    ("507", 7, 8),
    ("508", 6, 6),
    ("509", 8, 8),
    ("51", 8, 9),
    ("52", 10, 11),
    ("53", 6, 8),
    ("54", 10, 11),
    ("55", 10, 11),
    ("56", 8, 9),
    ("57", 8, 10),
    ("58", 10, 10),
    ("590", 9, 9),
    ("591", 8, 8),
    ("592", 7, 7),
    ("593", 8, 9),
    ("594", 9, 9),
    ("595", 9, 9),
    ("596", 9, 9),
    ("597", 6, 7),
    ("598", 7, 8),
    ("599", 7, 8),
    ("60", 7, 10),
    ("61", 9, 9),
    ("62", 8, 12),
    ("63", 8, 10),
    ("64", 8, 10),
    ("65", 8, 8),
    ("66", 8, 9),
    ("670", 7, 8),
    ("673", 7, 7),
    ("674", 7, 7),
    ("675", 7, 8),
    ("676", 5, 7),
    ("677", 5, 7),
    ("678", 5, 7),
    ("679", 7, 7),
    ("680", 7, 7),
    ("681", 6, 6),
    ("682", 5, 5),
    ("683", 4, 7),
    ("685", 5, 7),
    ("686", 5, 8),
    ("687", 6, 6),
    ("688", 5, 6),
    ("689", 6, 8),
    ("690", 4, 7),
    ("691", 7, 7),
    ("692", 7, 7),
    ("7", 10, 10),
    ("81", 9, 10),
    ("82", 8, 10),
    ("84", 9, 10),
    ("850", 8, 10),
    ("852", 8, 8),
    ("853", 8, 8),
    ("855", 8, 9),
    ("856", 8, 10),
    ("86", 10, 11),
    ("880", 8, 10),
    ("886", 8, 9),
    ("90", 10, 10),
    ("91", 10, 10),
    ("92", 9, 10),
    ("93", 9, 9),
    ("94", 9, 9),
    ("95", 7, 10),
    ("960", 7, 7),
    ("961", 7, 8),
    ("962", 8, 9),
    ("963", 8, 9),
    ("964", 8, 10),
    ("965", 8, 8),
    ("966", 8, 9),
    ("967", 7, 9),
    ("968", 8, 8),
    ("970", 8, 9),
    ("971", 8, 9),
    ("972", 8, 9),
    ("973", 8, 8),
    ("974", 8, 8),
    ("975", 7, 8),
    ("976", 8, 8),
    ("977", 8, 10),
    ("98", 10, 10),
    ("992", 9, 9),
    ("993", 8, 8),
    ("994", 9, 9),
    ("995", 9, 9),
    ("996", 9, 9),
    ("998", 9, 9),
];
