//! Home directories: the user's part of a path is personal, the rest is not.

use privet_text::{EntityType, Finding, Score};

use crate::claim::Claim;
use crate::reading::{before, byte, continues, is_word, precedes};
use crate::trigger::{Rule, Site};

/// The rules of this family.
pub(crate) const RULES: &[Rule] = &[
    Rule { triggers: &["/home/", "/users/"], reader: read_unix },
    Rule { triggers: &["\\users\\", "\\documents and settings\\"], reader: read_windows },
    Rule { triggers: &["projects/-home-", "projects/-users-"], reader: read_slug },
];

/// `/home/jane/` and `/Users/jane/`.
fn read_unix(site: &Site<'_>, found: &mut dyn FnMut(Finding)) -> usize {
    let directory = site.bytes.get(site.start..site.end).unwrap_or_default();
    // macOS writes a capital; lower-case `/users/` is an address on the web, but
    // for a drive letter.
    let drive = before(site.bytes, site.start) == b':';
    let cased = directory == b"/home/" || directory == b"/Users/" || drive;
    if cased && path_begins(site.bytes, site.start) {
        report(site.text, site.end, b"/", found);
    }
    site.end
}

/// `C:\Users\jane\`, also with every backslash doubled as in JSON.
fn read_windows(site: &Site<'_>, found: &mut dyn FnMut(Finding)) -> usize {
    let doubled = usize::from(byte(site.bytes, site.end) == b'\\');
    report(site.text, site.end + doubled, b"\\", found);
    site.end
}

/// `projects/-home-jane-work`: how Claude Code names the folder of a project.
fn read_slug(site: &Site<'_>, found: &mut dyn FnMut(Finding)) -> usize {
    report(site.text, site.end, b"-", found);
    site.end
}

/// Reports the path segment at `start` if it names a person's account.
fn report(text: &str, start: usize, separator: &[u8], found: &mut dyn FnMut(Finding)) {
    let Some(segment) = segment_at(text, start, separator) else { return };
    if is_generic(segment) {
        return;
    }
    let claim = Claim::new(EntityType::Username, "home-path", Score::PATTERN);
    if let Some(finding) = claim.at(start, start + segment.len()) {
        found(finding);
    }
}

/// The segment of a path at `start`. It may hold spaces only when a separator follows.
fn segment_at<'t>(text: &'t str, start: usize, separator: &[u8]) -> Option<&'t str> {
    let tail = text.get(start..)?;
    let dash_ends = separator == b"-";
    let tight = tail
        .char_indices()
        .take(SEGMENT_CHARS_MAX)
        .take_while(|(_, c)| is_segment_char(*c) && !(dash_ends && *c == '-'))
        .map(|(at, c)| at + c.len_utf8())
        .last()
        .unwrap_or(0);
    let segment = tail.get(..tight)?;
    let bytes = text.as_bytes();
    if byte(bytes, start + tight) == b' ' && separator == b"\\" {
        let loose = tail
            .char_indices()
            .take(SEGMENT_CHARS_MAX)
            .take_while(|(_, c)| is_segment_char(*c) || *c == ' ')
            .map(|(at, c)| at + c.len_utf8())
            .last()
            .unwrap_or(0);
        if byte(bytes, start + loose) == b'\\' && segment.len() > 1 {
            return tail.get(..loose);
        }
    }
    // A file in the folder of all homes, or a sentence that ends there.
    let segment = segment.trim_end_matches('.');
    (!segment.is_empty()).then_some(segment)
}

fn is_segment_char(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '.' | '_' | '-' | '+' | '@')
}

/// Whether an absolute path can begin at `start`, so that `example.com/home/x` and
/// `src/home/x` are left alone.
fn path_begins(bytes: &[u8], start: usize) -> bool {
    let last = before(bytes, start);
    let escaped = matches!(last, b'n' | b'r' | b't') && before(bytes, start - 1) == b'\\';
    if escaped
        || last >= 0x80
        || !(is_word(last) || matches!(last, b'.' | b'-' | b'/' | b'~' | b'}' | b')'))
    {
        return true;
    }
    if last == b'/' {
        return precedes(bytes, start, "file://") || precedes(bytes, start, "://");
    }
    // `/mnt/c/Users/`, `/c/Users/`, `/export/home/`, `/var/home/` and the like.
    let mount = before(bytes, start.saturating_sub(1)) == b'/' && last.is_ascii_alphabetic();
    mount || MOUNTS.iter().any(|mount| precedes(bytes, start, mount))
}

/// Accounts that are nobody's, and words that stand there in addresses on the web.
fn is_generic(segment: &str) -> bool {
    let lower = segment.to_lowercase();
    GENERIC.contains(&lower.as_str())
        || continues(lower.as_bytes(), 0, "index.")
        || lower.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b'-')
        || lower.chars().count() < 2
}

const SEGMENT_CHARS_MAX: usize = 40;

const MOUNTS: &[&str] = &[
    "/export",
    "/var",
    "/mnt",
    "/host",
    "/private",
    "/data",
    "/nfs",
    "/rootfs",
    "/net",
    "/volume1",
    "/srv",
    "/usr",
    "/System/Volumes/Data",
];

const GENERIC: &[&str] = &[
    "about",
    "admin",
    "administrator",
    "all users",
    "app",
    "appuser",
    "assets",
    "azureuser",
    "bitnami",
    "build",
    "builder",
    "centos",
    "circleci",
    "claude",
    "coder",
    "codespace",
    "components",
    "containeradministrator",
    "core",
    "css",
    "dashboard",
    "debian",
    "default",
    "default user",
    "deploy",
    "dev",
    "developer",
    "devcontainer",
    "docker",
    "ec2-user",
    "example",
    "fedora",
    "foo",
    "git",
    "github",
    "gitlab-runner",
    "gitpod",
    "guest",
    "home",
    "images",
    "index",
    "jenkins",
    "jovyan",
    "js",
    "linuxbrew",
    "login",
    "lost+found",
    "main",
    "me",
    "name",
    "node",
    "nonroot",
    "opam",
    "opc",
    "oracle",
    "page",
    "pi",
    "postgres",
    "products",
    "profile",
    "public",
    "root",
    "runner",
    "user1",
    "user2",
    "runneradmin",
    "sandbox",
    "search",
    "settings",
    "shared",
    "someone",
    "static",
    "support",
    "test",
    "tester",
    "travis",
    "ubuntu",
    "user",
    "username",
    "users",
    "vagrant",
    "views",
    "vscode",
    "vsts",
    "web",
    "www",
    "www-data",
    "you",
    "your-name",
    "your-username",
    "your_name",
    "your_username",
    "yourname",
    "yourusername",
    "yourself",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Detector;
    use crate::trigger::Triggered;

    #[track_caller]
    fn check(text: &str, want: &[&str]) {
        let mut got = Vec::new();
        let triggered = Triggered::new(&[RULES], &[]);
        triggered.detect(text, &mut |f| got.extend(f.span.of(text).map(str::to_owned)));
        assert_eq!(got, want, "in {text:?}");
    }

    #[test]
    fn users() {
        check("cd /home/jdoe/work && ls /Users/jane.doe", &["jdoe", "jane.doe"]);
        check(r"C:\Users\Jane Doe\Desktop", &["Jane Doe"]);
        check(r#"{"cwd":"C:\\Users\\jdoe\\src"}"#, &["jdoe"]);
        check("file:///home/jdoe/x /mnt/c/Users/jdoe", &["jdoe", "jdoe"]);
        check("HOME=/home/jdoe\\nPATH", &["jdoe"]);
        check("~/.claude/projects/-home-jdoe-work/x", &["jdoe"]);
        check("/home/anna.schmidt/q3.docx", &["anna.schmidt"]);
        check("/home/jürgen/x and /home/李雷/x", &["jürgen", "李雷"]);
        check("in /home/jdoe.", &["jdoe"]);
    }

    #[test]
    fn nobody() {
        check("/home/ubuntu /home/runner/work /Users/Shared /home/user/x", &[]);
        check("https://example.com/home/products ./home/x src/home/jane", &[]);
        check(r"C:\Users\Public\x C:\Users\All Users\x", &[]);
        check("/api/users/jane GET /users/42", &[]);
        check("/home/ /home/$USER /home/{user} /home/<name>", &[]);
    }
}
