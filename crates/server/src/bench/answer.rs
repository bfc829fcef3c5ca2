//! Just enough of HTTP/1.1 (RFC 9112) to take the answers of a server that says how long they are.

use crate::cli::Failure;

/// The longest head taken.
const LONGEST_HEAD: usize = 16 * 1024;

/// What the first bytes of an answer tell.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Head {
    /// Its status.
    pub status: u16,
    /// Where its body begins.
    pub body_at: usize,
    /// How long its body is.
    pub body_length: usize,
}

impl Head {
    /// Where the answer ends.
    pub fn end(&self) -> usize {
        self.body_at + self.body_length
    }
}

/// The head at the start of `bytes`; `None` while it is not all there.
///
/// # Errors
/// When this is no answer, or one that does not tell its length.
pub(super) fn head(bytes: &[u8]) -> Result<Option<Head>, Failure> {
    let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
        return if bytes.len() > LONGEST_HEAD { Err(wrong("a head that does not end")) } else { Ok(None) };
    };
    let mut lines = bytes[..end].split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
    let status = lines.next().and_then(status).ok_or_else(|| wrong("a first line without a status"))?;
    let length = lines.find_map(|line| field(line, b"content-length"));
    let length = length.and_then(number).ok_or_else(|| wrong("an answer without Content-Length"))?;
    Ok(Some(Head { status, body_at: end + 4, body_length: length }))
}

fn wrong(what: &str) -> Failure {
    Failure(format!("the server sent {what}"))
}

/// `HTTP/1.1 200 OK`
fn status(line: &[u8]) -> Option<u16> {
    let rest = line.strip_prefix(b"HTTP/1.1 ")?;
    number(rest.get(..3)?)?.try_into().ok()
}

fn field<'a>(line: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let (found, value) = line.split_at_checked(name.len())?;
    if !found.eq_ignore_ascii_case(name) {
        return None;
    }
    value.strip_prefix(b":").map(<[u8]>::trim_ascii)
}

fn number(digits: &[u8]) -> Option<usize> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ndate: now\r\nContent-Length: 5\r\n\r\nhello";

    #[test]
    fn an_answer_is_taken_once_its_head_is_whole() {
        let whole = Head { status: 200, body_at: ANSWER.len() - 5, body_length: 5 };
        assert_eq!(head(ANSWER).expect("an answer"), Some(whole));
        assert_eq!(whole.end(), ANSWER.len());
        for cut in 0..whole.body_at {
            assert_eq!(head(&ANSWER[..cut]).expect("a part"), None, "{cut}");
        }
    }

    #[test]
    fn what_is_no_answer_of_known_length_is_refused() {
        for wrong in [
            &b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"[..],
            b"HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\n",
            b"SMTP 200\r\ncontent-length: 1\r\n\r\n",
            &[b'x'; LONGEST_HEAD + 1],
        ] {
            assert!(head(wrong).is_err(), "{}", String::from_utf8_lossy(wrong));
        }
    }
}
