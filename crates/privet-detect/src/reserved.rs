//! Values that stand for nobody: private, link-local and documentation addresses. Programs
//! are full of them, and would not work with others in their place.

use std::net::IpAddr;

use privet_text::{EntityType, Finding};

/// Whether `finding` is an address that the standards keep for private networks or manuals
/// (RFC 1918, 3927, 4193, 4291, 5737, 6598, 3849, 9637).
pub(crate) fn is_reserved(text: &str, finding: &Finding) -> bool {
    if finding.entity != EntityType::IpAddress {
        return false;
    }
    let address = finding.span.of(text).and_then(|value| value.parse::<IpAddr>().ok());
    match address {
        Some(IpAddr::V4(address)) => {
            let [a, b, ..] = address.octets();
            address.is_private()
                || address.is_link_local()
                || address.is_documentation()
                || (a == 100 && (64..128).contains(&b))
                || (a == 198 && (18..20).contains(&b))
        }
        Some(IpAddr::V6(address)) => {
            let [first, second, ..] = address.segments();
            let private = first & 0xFE00 == 0xFC00 || first & 0xFFC0 == 0xFE80;
            private || (first, second) == (0x2001, 0xDB8) || first == 0x3FFF
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::{Analyzer, AnalyzerOptions, Profile};

    #[test]
    fn kept_where_programs_are_written() {
        let found = |profile, text: &str| {
            let found = Analyzer::new(AnalyzerOptions::of(profile)).analyze(text);
            found.iter().filter_map(|f| f.span.of(text)).map(str::to_owned).collect::<Vec<_>>()
        };
        let text = "10.0.0.17, 192.168.1.12, 203.0.113.9, 2001:db8::7, 81.169.145.68";
        assert_eq!(found(Profile::Coding, text), ["81.169.145.68"]);
        assert_eq!(found(Profile::Office, text).len(), 5);
    }
}
