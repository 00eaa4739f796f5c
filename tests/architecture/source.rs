//! Just enough of a reader of Rust to know what a file imports: code without comments and literals, modules, paths.

use std::path::{Path, PathBuf};

/// One file of the program.
pub struct Source {
    /// Relative to `src`, such as `worker/act/mod.rs`.
    pub path: PathBuf,
    /// As it is written.
    pub text: String,
    /// The same length, with comments, strings and characters blanked out.
    pub code: String,
    /// The string literals, as they are written between their quotes.
    pub strings: Vec<String>,
}

/// Every Rust file under a folder.
pub fn read_all(root: &Path) -> Vec<Source> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a readable folder") {
            let path = entry.expect("a readable entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).expect("UTF-8");
                let relative = path.strip_prefix(root).expect("below the root").to_owned();
                found.push(Source::new(relative, text));
            }
        }
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

impl Source {
    /// A file of that path and text.
    pub fn new(path: impl Into<PathBuf>, text: impl Into<String>) -> Self {
        let text = text.into();
        let (code, strings) = blanked(&text);
        Self {
            path: path.into(),
            text,
            code,
            strings,
        }
    }

    /// The path of the module that the file is: `worker/act/mod.rs` is `["worker", "act"]`.
    pub fn module(&self) -> Vec<String> {
        let mut parts: Vec<String> = self
            .path
            .with_extension("")
            .iter()
            .map(|part| part.to_string_lossy().into_owned())
            .collect();
        if matches!(
            parts.last().map(String::as_str),
            Some("mod" | "lib" | "main")
        ) {
            parts.pop();
        }
        parts
    }

    /// Every path into the program that the file names, from the crate's root on, cut after two segments. What `use`
    /// groups in braces is taken apart.
    pub fn paths(&self) -> Vec<Vec<String>> {
        let tokens = tokens(&self.code);
        let mut paths = Vec::new();
        let mut module = self.module();
        // The depth of braces at which each inline module ends.
        let (mut depth, mut inline): (usize, Vec<usize>) = (0, Vec::new());
        let mut at = 0;
        while at < tokens.len() {
            match tokens[at] {
                "{" => depth += 1,
                "}" => {
                    depth = depth.saturating_sub(1);
                    if inline.last() == Some(&depth) {
                        inline.pop();
                        module.pop();
                    }
                }
                "mod" if tokens.get(at + 2) == Some(&"{") => {
                    inline.push(depth);
                    module.push(tokens[at + 1].to_owned());
                }
                "crate" | "super" if is_first_segment(&tokens, at) => {
                    let (base, next) = base(&tokens, at, &module);
                    if let Some(base) = base {
                        collect(&tokens, next, &base, &mut paths);
                    }
                    at = next;
                    continue;
                }
                _ => {}
            }
            at += 1;
        }
        paths
    }

    /// The modules that the file declares as files of their own.
    pub fn declared(&self) -> Vec<String> {
        let tokens = tokens(&self.code);
        tokens
            .windows(3)
            .filter(|window| window[0] == "mod" && window[2] == ";")
            .map(|window| window[1].to_owned())
            .collect()
    }
}

fn is_first_segment(tokens: &[&str], at: usize) -> bool {
    at == 0 || tokens[at - 1] != "::"
}

/// Where `crate::` or a chain of `super::` leads, and the token behind it. `None` where no path follows, as in
/// `pub(crate)`.
fn base(tokens: &[&str], mut at: usize, module: &[String]) -> (Option<Vec<String>>, usize) {
    let mut base = module.to_vec();
    if tokens[at] == "crate" {
        base.clear();
    } else {
        base.pop();
    }
    at += 1;
    while tokens.get(at) == Some(&"::") && tokens.get(at + 1) == Some(&"super") {
        base.pop();
        at += 2;
    }
    if tokens.get(at) == Some(&"::") {
        (Some(base), at + 1)
    } else {
        (None, at)
    }
}

/// Reads what follows a base: a name, perhaps more names, perhaps a group in braces.
fn collect(tokens: &[&str], at: usize, base: &[String], paths: &mut Vec<Vec<String>>) {
    let mut path = base.to_vec();
    let mut at = at;
    loop {
        match tokens.get(at) {
            Some(&"{") if path.len() < 2 => {
                for start in group(tokens, at) {
                    collect(tokens, start, &path, paths);
                }
                return;
            }
            Some(name) if path.len() < 2 && is_name(name) => {
                path.push((*name).to_owned());
                if tokens.get(at + 1) != Some(&"::") {
                    break;
                }
                at += 2;
            }
            _ => break,
        }
    }
    path.truncate(2);
    paths.push(path);
}

/// Where each member of a group in braces begins.
fn group(tokens: &[&str], open: usize) -> Vec<usize> {
    let (mut depth, mut starts) = (0, Vec::new());
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match *token {
            "{" => depth += 1,
            "}" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            break;
        }
        let begins = (*token == "{" && depth == 1) || (*token == "," && depth == 1);
        if begins && tokens.get(at + 1).is_some_and(|next| is_name(next)) {
            starts.push(at + 1);
        }
    }
    starts
}

fn is_name(token: &str) -> bool {
    token.starts_with(|first: char| first.is_alphabetic() || first == '_')
}

/// Names, `::`, and every other character by itself.
fn tokens(code: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = code;
    while let Some(first) = rest.chars().next() {
        let length = if first.is_alphanumeric() || first == '_' {
            rest.find(|c: char| !c.is_alphanumeric() && c != '_')
                .unwrap_or(rest.len())
        } else if rest.starts_with("::") {
            2
        } else {
            first.len_utf8()
        };
        let (token, behind) = rest.split_at(length);
        if !token.trim().is_empty() {
            tokens.push(token);
        }
        rest = behind;
    }
    tokens
}

/// The code with comments and literals blanked out, and the literals' texts.
fn blanked(text: &str) -> (String, Vec<String>) {
    let (mut code, mut strings) = (String::with_capacity(text.len()), Vec::new());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (skipped, literal) = if rest.starts_with("//") {
            (rest.find('\n').unwrap_or(rest.len()), None)
        } else if rest.starts_with("/*") {
            (rest.find("*/").map_or(rest.len(), |end| end + 2), None)
        } else if first == '"' {
            let length = quoted(rest);
            (length, Some(&rest[1..length - 1]))
        } else if let Some(length) = raw(rest, &code) {
            (
                length,
                Some(rest[..length].trim_matches(['r', 'b', '#', '"'])),
            )
        } else if first == '\'' {
            (character(rest), None)
        } else {
            (0, None)
        };
        strings.extend(literal.map(str::to_owned));
        let taken = if skipped == 0 {
            code.push(first);
            first.len_utf8()
        } else {
            code.push(' ');
            skipped
        };
        rest = &rest[taken..];
    }
    (code, strings)
}

/// The length of a string literal in quotes.
fn quoted(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The length of a raw string literal, where one begins here and no name ends here.
fn raw(text: &str, before: &str) -> Option<usize> {
    let inside_name = before.ends_with(|c: char| c.is_alphanumeric() || c == '_');
    let body = text.strip_prefix("br").or_else(|| text.strip_prefix('r'))?;
    let hashes = body.len() - body.trim_start_matches('#').len();
    if inside_name || !body[hashes..].starts_with('"') {
        return None;
    }
    let end = format!("\"{}", "#".repeat(hashes));
    let opening = text.len() - body.len() + hashes + 1;
    let length = text[opening..].find(&end)?;
    Some(opening + length + end.len())
}

/// The length of a character literal; 0 for a lifetime.
fn character(text: &str) -> usize {
    let mut characters = text.char_indices().skip(1);
    match characters.next() {
        Some((_, '\\')) => text[3..].find('\'').map_or(0, |end| end + 4),
        Some(_) => match characters.next() {
            Some((at, '\'')) => at + 1,
            _ => 0,
        },
        None => 0,
    }
}
