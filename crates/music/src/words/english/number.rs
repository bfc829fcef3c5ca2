//! Numbers as they are sung: "1999", "$5", "3:30", "24/7", "21st", "'90s", "007".

const ONES: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 10] =
    ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
/// Longer rows of digits are read one by one.
const MOST_DIGITS: usize = 15;
/// A longer row is no number that anyone sings; what follows is left out.
const MOST_SPOKEN_DIGITS: usize = 24;

/// The words of a token in lower case that has a digit, parted by spaces; `None` if it is no number.
pub(super) fn words(token: &str) -> Option<String> {
    let plain = token.replace(',', "");
    money(&plain)
        .or_else(|| Some(format!("number {}", words(plain.strip_prefix('#')?)?)))
        .or_else(|| Some(format!("{} percent", words(plain.strip_suffix('%')?)?)))
        .or_else(|| time_of_day(&plain))
        .or_else(|| fraction(&plain))
        .or_else(|| decimal(&plain))
        .or_else(|| ranked(&plain))
        .or_else(|| plural(&plain))
        .or_else(|| whole(token, plain.trim_start_matches('\'')))
}

fn money(text: &str) -> Option<String> {
    let (dollars, cents) =
        text.strip_prefix('$').map(|amount| amount.split_once('.').unwrap_or((amount, "")))?;
    let dollars = digits(dollars)?;
    let unit = if dollars == 1 { "dollar" } else { "dollars" };
    Some(match digits(cents) {
        Some(cents) if cents > 0 => format!("{} {unit} {}", cardinal(dollars), cardinal(cents)),
        _ => format!("{} {unit}", cardinal(dollars)),
    })
}

fn time_of_day(text: &str) -> Option<String> {
    let (hours, minutes) = text.split_once(':')?;
    let (hours, minutes) = (cardinal(digits(hours)?), digits(minutes)?);
    Some(match minutes {
        0 => format!("{hours} o'clock"),
        1..=9 => format!("{hours} oh {}", cardinal(minutes)),
        _ => format!("{hours} {}", cardinal(minutes)),
    })
}

fn fraction(text: &str) -> Option<String> {
    let (above, below) = text.split_once('/')?;
    Some(format!("{} {}", words(above)?, words(below)?))
}

fn decimal(text: &str) -> Option<String> {
    let (whole, part) = text.split_once('.')?;
    digits(part)?;
    Some(format!("{} point {}", cardinal(digits(whole)?), one_by_one(part, "zero")))
}

fn ranked(text: &str) -> Option<String> {
    let number = ["st", "nd", "rd", "th"].iter().find_map(|ending| text.strip_suffix(ending))?;
    Some(ordinal(&cardinal(digits(number)?)))
}

/// "'90s", "2000s".
fn plural(text: &str) -> Option<String> {
    let text = text.trim_start_matches('\'');
    let said = words(text.strip_suffix("'s").or_else(|| text.strip_suffix('s'))?)?;
    Some(match said.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None if said.ends_with('x') => said + "es",
        None => said + "s",
    })
}

fn whole(token: &str, text: &str) -> Option<String> {
    if text.len() > MOST_DIGITS && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(one_by_one(&text[..text.len().min(MOST_SPOKEN_DIGITS)], "oh"));
    }
    let number = digits(text)?;
    let is_year = !token.contains(',') && (1100..=2099).contains(&number);
    Some(match () {
        () if token.len() > 1 && token.starts_with('0') => one_by_one(text, "oh"),
        () if is_year => year(number),
        () => cardinal(number),
    })
}

fn digits(text: &str) -> Option<u64> {
    let fits = (1..=MOST_DIGITS).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten()
}

fn one_by_one(text: &str, zero: &str) -> String {
    let said = |digit: u8| if digit == b'0' { zero } else { ONES[usize::from(digit - b'0')] };
    text.bytes().filter(u8::is_ascii_digit).map(said).collect::<Vec<_>>().join(" ")
}

fn cardinal(number: u64) -> String {
    let with_rest = |head: String, rest: u64| match rest {
        0 => head,
        rest => format!("{head} {}", cardinal(rest)),
    };
    match number {
        0..=19 => ONES[number as usize].to_owned(),
        20..=99 => with_rest(TENS[(number / 10) as usize].to_owned(), number % 10),
        100..=999 => with_rest(format!("{} hundred", cardinal(number / 100)), number % 100),
        1000..=999_999 => with_rest(format!("{} thousand", cardinal(number / 1000)), number % 1000),
        1_000_000..=999_999_999 => {
            with_rest(format!("{} million", cardinal(number / 1_000_000)), number % 1_000_000)
        }
        _ => one_by_one(&number.to_string(), "zero"),
    }
}

/// 1999 in pairs, 1905 with "oh", 2000 to 2009 as numbers.
fn year(number: u64) -> String {
    let (century, rest) = (cardinal(number / 100), number % 100);
    match rest {
        _ if number % 1000 < 10 => cardinal(number),
        0 => format!("{century} hundred"),
        1..=9 => format!("{century} oh {}", cardinal(rest)),
        _ => format!("{century} {}", cardinal(rest)),
    }
}

fn ordinal(number: &str) -> String {
    let (head, last) = match number.rsplit_once(' ') {
        Some((head, last)) => (format!("{head} "), last),
        None => (String::new(), number),
    };
    let last = match last {
        "one" => "first".to_owned(),
        "two" => "second".to_owned(),
        "three" => "third".to_owned(),
        "five" => "fifth".to_owned(),
        "eight" => "eighth".to_owned(),
        "nine" => "ninth".to_owned(),
        "twelve" => "twelfth".to_owned(),
        _ => last.strip_suffix('y').map_or_else(|| format!("{last}th"), |stem| format!("{stem}ieth")),
    };
    head + &last
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn numbers_are_read_as_they_are_sung() {
        for (token, said) in [
            ("0", "zero"),
            ("1,000", "one thousand"),
            ("1100", "eleven hundred"),
            ("2010", "twenty ten"),
            ("3.5", "three point five"),
            ("$2.50", "two dollars fifty"),
            ("12:00", "twelve o'clock"),
            ("100th", "one hundredth"),
            ("1234567", "one million two hundred thirty four thousand five hundred sixty seven"),
        ] {
            assert_eq!(words(token).as_deref(), Some(said), "{token}");
        }
        assert_eq!(words("b4"), None);
        assert_eq!(words("99999999999999999999").map(|said| said.split(' ').count()), Some(20));
    }
}
