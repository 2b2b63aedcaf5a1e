//! Examples: texts in which `[[` and `]]` stand around what is to be found.

/// A text and what is to be found in it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Example {
    pub(super) text: String,
    pub(super) values: Vec<String>,
}

impl Example {
    /// Reads `marked`; `None` if a mark has no partner.
    pub(super) fn read(marked: &str) -> Option<Self> {
        let mut text = String::with_capacity(marked.len());
        let mut values = Vec::new();
        let mut rest = marked;
        while let Some((before, after)) = rest.split_once("[[") {
            let (value, after) = after.split_once("]]")?;
            text.push_str(before);
            text.push_str(value);
            values.push(value.to_owned());
            rest = after;
        }
        if rest.contains("]]") {
            return None;
        }
        text.push_str(rest);
        Some(Self { text, values })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks() {
        let read = |marked| Example::read(marked).map(|example| (example.text, example.values));
        let want = (String::from("see A-1, B-2."), vec![String::from("A-1"), String::from("B-2")]);
        assert_eq!(read("see [[A-1]], [[B-2]]."), Some(want));
        assert_eq!(read("plain"), Some((String::from("plain"), vec![])));
        assert_eq!(read("[[open"), None);
        assert_eq!(read("closed]]"), None);
    }
}
