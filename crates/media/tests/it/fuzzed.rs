//! What the fuzzer checks, on its seeds and what chance makes of these.

#[path = "../../../../fuzz/checks/decode.rs"]
mod decode;
#[path = "../../../../fuzz/checks/mutated.rs"]
mod mutated;

#[test]
fn a_file_in_any_state_is_sound_or_refused() {
    mutated::run("decode", 20_000, decode::check);
}
