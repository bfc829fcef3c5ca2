//! `traceparent` of W3C Trace Context: which trace, which span of it, whether it is recorded.

use axum::http::HeaderMap;

use super::TRACEPARENT;

/// A place in a trace.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Context {
    /// The trace.
    pub trace: [u8; 16],
    /// The span.
    pub span: [u8; 8],
    /// What is known of the trace.
    pub flags: u8,
}

impl Context {
    /// The trace is recorded.
    pub const SAMPLED: u8 = 1;
    /// The flags that this version of the specification knows: sampled, and random.
    const KNOWN: u8 = 3;

    /// What a request came with. One that is no valid context is as none at all (section 3.2.2), and so are two.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        let mut found = headers.get_all(&TRACEPARENT).iter();
        let (first, None) = (found.next()?, found.next()) else { return None };
        Self::parse(first.to_str().ok()?)
    }

    /// Reads `VERSION-TRACE-SPAN-FLAGS`. A later version may have more behind it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (known, more) = (text.get(..55)?, text.get(55..)?);
        let mut parts = known.split('-');
        let version = hex::<1>(parts.next()?)?[0];
        let trace = hex(parts.next()?)?;
        let span = hex(parts.next()?)?;
        let flags = hex::<1>(parts.next()?)?[0];
        let fits = match version {
            0 => more.is_empty(),
            0xff => false,
            _ => more.is_empty() || more.starts_with('-'),
        };
        let real = trace != [0; 16] && span != [0; 8] && parts.next().is_none();
        (fits && real).then_some(Self { trace, span, flags: flags & Self::KNOWN })
    }

    /// Whether whoever began the trace records it.
    #[must_use]
    pub const fn is_sampled(&self) -> bool {
        self.flags & Self::SAMPLED != 0
    }
}

impl std::fmt::Display for Context {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { trace, span, flags } = self;
        write!(f, "00-{:032x}-{:016x}-{flags:02x}", u128::from_be_bytes(*trace), u64::from_be_bytes(*span))
    }
}

/// Exactly `N` bytes in lower-case hexadecimal digits.
fn hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    let digits = text.as_bytes();
    if digits.len() != 2 * N {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

fn digit(letter: u8) -> Option<u8> {
    match letter {
        b'0'..=b'9' => Some(letter - b'0'),
        b'a'..=b'f' => Some(letter - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALID: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_valid_context_is_read_and_written_alike() {
        let context = Context::parse(VALID).expect("valid");
        assert!(context.is_sampled());
        assert_eq!(context.to_string(), VALID);
        let unsampled = Context::parse(&VALID.replace("-01", "-00")).expect("valid");
        assert!(!unsampled.is_sampled());
    }

    #[test]
    fn a_later_version_is_read_as_far_as_it_is_known() {
        for text in
            [VALID.replacen("00-", "cc-", 1), format!("{}-what-comes", VALID.replacen("00-", "cc-", 1))]
        {
            assert_eq!(Context::parse(&text).expect("valid").to_string(), VALID);
        }
    }

    #[test]
    fn what_the_specification_calls_invalid_is_ignored() {
        let zeros = |at: usize, count: usize| {
            let mut text = VALID.to_owned();
            text.replace_range(at..at + count, &"0".repeat(count));
            text
        };
        for text in [
            String::new(),
            "nonsense".to_owned(),
            VALID.to_uppercase(),
            zeros(3, 32),
            zeros(36, 16),
            VALID.replacen("00-", "ff-", 1),
            format!("{VALID}-more"),
            format!("{}.more", VALID.replacen("00-", "01-", 1)),
            VALID.replace('7', "g"),
            VALID[..54].to_owned(),
            VALID.replace('-', "_"),
            "00-4bf92f3577b34da6a3ce929d0e0e473é-00f067aa0ba902b-01".to_owned(),
        ] {
            assert_eq!(Context::parse(&text), None, "{text:?}");
        }
    }

    #[test]
    fn two_contexts_are_none() {
        let mut headers = HeaderMap::new();
        headers.append(&TRACEPARENT, VALID.parse().expect("a value"));
        assert!(Context::of(&headers).is_some());
        headers.append(&TRACEPARENT, VALID.parse().expect("a value"));
        assert_eq!(Context::of(&headers), None);
    }
}
