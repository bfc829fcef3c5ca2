//! E-mail addresses, as users are known by.

/// Longest address (RFC 5321, section 4.5.3.1.3, less its angle brackets).
const LONGEST: usize = 254;

/// Whether a text can be an address: one that may stand in a message's header as it is. Whether anyone reads what is sent
/// there only sending tells.
#[must_use]
pub fn is_email(text: &str) -> bool {
    let Some((name, host)) = text.rsplit_once('@') else { return false };
    let is_plain =
        |letter: char| !letter.is_whitespace() && !letter.is_control() && !"<>()[],;:\\\"@".contains(letter);
    let is_filled = !name.is_empty() && !host.is_empty();
    is_filled && text.len() <= LONGEST && name.chars().chain(host.chars()).all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_two_sides_and_nothing_that_ends_a_header() {
        for good in ["a@example.com", "a.b+c@example.com", "李@例.com", "a@localhost"] {
            assert!(is_email(good), "{good}");
        }
        let long = format!("{}@example.com", "a".repeat(250));
        for wrong in ["", "a", "@b", "a@", "a@b@c", "a b@c", "a@b\r\nBcc: x@y", "<a@b>", "a@b,c@d", &long] {
            assert!(!is_email(wrong), "{wrong}");
        }
    }
}
