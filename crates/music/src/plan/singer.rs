//! Who sings: as the order says, else as its words say, else as the seed falls.

use super::reading::{plain, total};
use crate::brief::{Brief, VocalGender};
use crate::random::Stream;
use crate::sing::{SINGERS, Timbre};

/// Words that ask for a voice that sounds female.
const FEMALE: &[&str] = &[
    "female",
    "females",
    "woman singing",
    "woman singer",
    "girl group",
    "girl singer",
    "soprano",
    "alto",
    "diva",
    "songstress",
    "女声",
    "女生",
    "女歌手",
    "女嗓",
    "女高音",
    "女中音",
    "女孩唱",
];
/// Words that ask for a voice that sounds male.
const MALE: &[&str] = &[
    "male",
    "males",
    "man singing",
    "man singer",
    "boy band",
    "baritone",
    "tenor",
    "bass voice",
    "bass vocal",
    "crooner",
    "deep voice",
    "deep vocal",
    "deep vocals",
    "男声",
    "男生",
    "男歌手",
    "男嗓",
    "男高音",
    "男中音",
    "男低音",
    "男孩唱",
];
/// Words that ask for the lower of two voices.
const LOW: &[&str] = &[
    "deep voice",
    "deep vocal",
    "deep vocals",
    "low voice",
    "low vocal",
    "baritone",
    "bass voice",
    "bass vocal",
    "alto",
    "husky",
    "smoky",
    "低沉",
    "低音嗓",
    "浑厚",
    "男中音",
    "男低音",
    "女中音",
];
/// Words that ask for the higher of two voices.
const HIGH: &[&str] = &[
    "high voice",
    "high vocal",
    "high pitched",
    "soprano",
    "tenor",
    "bright voice",
    "bright vocal",
    "清亮",
    "高亢",
    "女高音",
    "男高音",
];

/// The name of the singer for an order.
pub(super) fn choose(brief: &Brief) -> String {
    let words = plain(&format!("{} , {}", brief.style, brief.prompt));
    let negative = plain(&brief.style_negative);
    let balance = |wanted: &[&str]| total(&words, wanted) - 2 * total(&negative, wanted);
    let is_male = brief.vocal_gender.map(|gender| gender == VocalGender::Male).or_else(|| {
        let more_male = balance(MALE) - balance(FEMALE);
        (more_male != 0).then_some(more_male > 0)
    });
    let fits = |timbre: &&Timbre| is_male.is_none_or(|male| timbre.sounds_male == male);
    let mut fitting: Vec<&Timbre> = SINGERS.iter().filter(fits).collect();
    fitting.sort_by_key(|timbre| timbre.transposition);
    let higher = balance(HIGH) - balance(LOW);
    let chosen = match (higher, fitting.as_slice()) {
        (1.., [.., highest]) => highest,
        (..=-1, [lowest, ..]) => lowest,
        _ => *Stream::keyed(brief.seed, "song", "singer", 0).pick(&fitting),
    };
    chosen.name.to_owned()
}

/// Whether the order's words say anything of the voice.
pub(super) fn is_named(brief: &Brief) -> bool {
    let words = plain(&format!("{} , {}", brief.style, brief.prompt));
    [FEMALE, MALE, LOW, HIGH].iter().any(|known| total(&words, known) != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(brief: Brief) -> &'static Timbre {
        Timbre::named(&choose(&brief)).unwrap()
    }

    #[test]
    fn words_and_the_order_name_the_voice() {
        for (style, is_male) in [
            ("pop, female vocal", false),
            ("流行，男声", true),
            ("rock with a deep voice", true),
            ("温柔女声", false),
            ("soul, no male vocals", false),
        ] {
            for seed in 0..6 {
                let brief = Brief { style: style.to_owned(), seed, ..Brief::default() };
                assert_eq!(chosen(brief.clone()).sounds_male, is_male, "{style}, seed {seed}");
                // What is ordered in so many words goes before words of style.
                let other = if is_male { VocalGender::Female } else { VocalGender::Male };
                let brief = Brief { vocal_gender: Some(other), ..brief };
                assert_eq!(chosen(brief).sounds_male, !is_male, "{style}, seed {seed}");
            }
        }
        let brief = |style: &str| Brief { style: style.to_owned(), ..Brief::default() };
        assert_eq!(chosen(brief("a deep voice")).name, "bruno");
        assert_eq!(chosen(brief("soprano")).name, "lena");
    }

    #[test]
    fn without_a_word_the_seed_gives_every_singer_a_turn() {
        let names: std::collections::BTreeSet<String> =
            (0..40).map(|seed| choose(&Brief { seed, ..Brief::default() })).collect();
        assert_eq!(names.len(), SINGERS.len());
    }
}
