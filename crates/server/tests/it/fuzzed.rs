//! What the fuzzers check, on their seeds and what chance makes of these.

#[path = "../../../../fuzz/checks/body.rs"]
mod body;
#[path = "../../../../fuzz/checks/mutated.rs"]
mod mutated;
#[path = "../../../../fuzz/checks/range.rs"]
mod range;

#[test]
fn in_any_body_there_is_an_order_or_a_question_or_a_reason_why_not() {
    mutated::run("body", 20_000, body::check);
}

#[test]
fn whatever_part_is_asked_for_the_answer_is_what_it_says() {
    mutated::run("range", 1_000, range::check);
}
