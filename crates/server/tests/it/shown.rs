//! Answers as text that stays the same from run to run: what is drawn by chance has a label instead.

use crate::client::Answer;

/// The headers that are part of the wire contract.
const SHOWN: [&str; 9] = [
    "allow",
    "connection",
    "content-type",
    "ratelimit",
    "ratelimit-policy",
    "retry-after",
    "www-authenticate",
    "x-content-type-options",
    "x-trace-id",
];

/// Status, contract headers and body. The same id has the same label everywhere.
pub fn shown(answer: &Answer) -> String {
    let headers = SHOWN.iter().filter_map(|name| Some(format!("{name}: {}\n", answer.header(name)?)));
    let text = format!("{}\n{}\n{}", answer.status, headers.collect::<String>(), pretty(answer.text()));
    redacted(&text)
}

/// JSON with a line for each member, in the order in which it was sent.
pub fn pretty(json: &str) -> String {
    let (mut out, mut depth, mut in_string, mut escaped) = (String::new(), 0, false, false);
    let mut previous = ' ';
    for c in json.chars() {
        let opens = !in_string && matches!(previous, '{' | '[');
        if in_string {
            in_string = escaped || c != '"';
            escaped = !escaped && c == '\\';
            out.push(c);
        } else {
            match c {
                '}' | ']' => {
                    depth -= 1;
                    if !opens {
                        new_line(&mut out, depth);
                    }
                }
                _ if opens => new_line(&mut out, depth),
                _ => (),
            }
            out.push(c);
            match c {
                '{' | '[' => depth += 1,
                ',' => new_line(&mut out, depth),
                ':' => out.push(' '),
                '"' => in_string = true,
                _ => (),
            }
        }
        previous = if in_string { '"' } else { c };
    }
    out
}

fn new_line(out: &mut String, depth: usize) {
    out.push('\n');
    out.push_str(&"  ".repeat(depth));
}

/// The keys at this depth of a JSON text, in the order in which they were sent.
pub fn keys_at(json: &str, depth: usize) -> Vec<String> {
    let indent = "  ".repeat(depth);
    let keys = pretty(json);
    let keys =
        keys.lines().filter_map(|line| line.strip_prefix(&indent)?.strip_prefix('"')?.split_once("\": "));
    keys.map(|(key, _)| key.to_owned()).collect()
}

/// Puts labels in place of ids, folders and ports.
pub fn redacted(text: &str) -> String {
    let mut ids: Vec<String> = Vec::new();
    let mut out = String::new();
    let mut rest = text;
    let part_of_id = |c: char| c.is_ascii_hexdigit() || c == '-';
    while let Some(c) = rest.chars().next() {
        let length = rest.find(|c| !part_of_id(c)).unwrap_or(rest.len());
        let (run, after) = rest.split_at(length.max(c.len_utf8()));
        match length {
            36 if run.matches('-').count() == 4 => {
                let known = ids.iter().position(|id| id == run);
                let number = known.unwrap_or_else(|| {
                    ids.push(run.to_owned());
                    ids.len() - 1
                });
                out.push_str(&format!("[id {}]", number + 1));
            }
            32 => out.push_str("[folder]"),
            24 => out.push_str("[object id]"),
            _ if out.ends_with("http://127.0.0.1:") => out.push_str("[port]"),
            _ => out.push_str(run),
        }
        rest = after;
    }
    out
}
