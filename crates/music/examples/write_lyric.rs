//! Writes a lyric: `cargo run --release -p music --example write_lyric -- "a rainy night in Taipei" [seed]`.

#![expect(clippy::print_stdout, reason = "an example shows what it made")]

fn main() {
    let mut arguments = std::env::args().skip(1);
    let prompt = arguments.next().unwrap_or_default();
    let seed = arguments.next().and_then(|seed| seed.parse().ok()).unwrap_or(0);
    let written = music::lyricist::write(&prompt, seed);
    println!("{}\n\n{}", written.title, written.text);
}
