//! What the fuzzer checks, on its seeds and what chance makes of these.

#[path = "../../../fuzz/checks/lyric.rs"]
mod lyric;
#[path = "../../../fuzz/checks/mutated.rs"]
mod mutated;

#[test]
fn whatever_the_words_there_is_one_plan_and_every_line_can_be_said() {
    mutated::run("lyric", 6_000, lyric::check);
}
