//! Names and addresses on the web, and paths.

use crate::operator::Draw;

use super::LABEL_CHARS;

/// A host below `example.com` (RFC 2606).
pub(super) fn host(surface: &str, draw: &mut Draw) -> Option<String> {
    surface.contains('.').then(|| format!("host-{}.example.com", draw.label(LABEL_CHARS)))
}

/// The same scheme, port and depth, and the same extension at the end. User information,
/// query and fragment are left out.
pub(super) fn url(surface: &str, draw: &mut Draw) -> Option<String> {
    let (scheme, rest) = surface.split_once("://")?;
    let rest = rest.split(['?', '#']).next().unwrap_or(rest);
    let (authority, path) = match rest.find('/') {
        Some(at) => rest.split_at_checked(at)?,
        None => (rest, ""),
    };
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let port = authority.rsplit_once(':').map(|(_, port)| port);
    let port = port.filter(|port| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()));
    let mut made = format!("{scheme}://host-{}.example.com", draw.label(LABEL_CHARS));
    if let Some(port) = port {
        made.push(':');
        made.push_str(port);
    }
    if !path.is_empty() {
        made.push_str(&parts(path, draw));
    }
    Some(made)
}

/// A path of the same depth, root and extension.
pub(super) fn path(surface: &str, draw: &mut Draw) -> Option<String> {
    let drive = surface.get(1..3) == Some(":\\");
    let rooted = surface.starts_with(['/', '~']) || drive || surface.starts_with("\\\\");
    if !rooted || surface.contains(['\n', '<', '>', '|']) || !surface.contains(['/', '\\']) {
        return None;
    }
    let lead = if drive { surface.get(..2)? } else { "" };
    let rest = surface.get(lead.len()..)?;
    let (home, rest) = match rest.strip_prefix('~') {
        Some(after) if after.starts_with('/') => ("~", after),
        _ => ("", rest),
    };
    Some(format!("{lead}{home}{}", parts(rest, draw)))
}

/// The parts between slashes, each drawn; the extension of the last one stays, and
/// the first drawn one carries the whole label.
fn parts(path: &str, draw: &mut Draw) -> String {
    let last = path.rsplit(['/', '\\']).next().unwrap_or_default();
    let extension = last.rsplit_once('.').map(|(_, extension)| extension).filter(|extension| {
        (1..=5).contains(&extension.len()) && extension.bytes().all(|b| b.is_ascii_alphanumeric())
    });
    let mut made = String::new();
    let mut chars = LABEL_CHARS;
    for piece in path.split_inclusive(['/', '\\']) {
        let name = piece.trim_end_matches(['/', '\\']);
        if !name.is_empty() {
            made.push('p');
            made.push_str(&draw.label(chars));
            chars = 3;
        }
        made.push_str(piece.get(name.len()..).unwrap_or_default());
    }
    if let (Some(extension), false) = (extension, last.is_empty()) {
        made.push('.');
        made.push_str(extension);
    }
    made
}
