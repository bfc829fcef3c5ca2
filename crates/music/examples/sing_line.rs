//! Sings lines to a WAV file, and prints each note and each word with its time.
//!
//! `cargo run --release -p music --example sing_line -- OUT.wav "LINE/LINE" [SINGER] [SECONDS] [SEED] [formant]`
//!
//! The tune walks through A major between A3 and F#4, moved to where the singer's voice lies, with SECONDS (0.5) a
//! syllable.

use music::{
    Delivery, FormantSinger, LineToSing, NeuralSinger, SAMPLE_RATE, SINGERS, Singer, Sung, Timbre, Tone, say,
};
use std::error::Error;

/// A3 to F#4.
const SCALE: [u8; 6] = [57, 59, 61, 62, 64, 66];

#[expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a bench for people measures and prints")]
fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let argument = |index: usize| arguments.get(index).cloned().unwrap_or_default();
    let timbre = Timbre::named(&argument(2)).unwrap_or(&SINGERS[0]);
    let seconds = argument(3).parse().unwrap_or(0.5);
    let mut tune = Tune { state: argument(4).parse().unwrap_or(1), step: 2 };
    let singer: Box<dyn Singer> =
        if argument(5) == "formant" { Box::new(FormantSinger) } else { Box::new(NeuralSinger::new()?) };
    let clock = std::time::Instant::now;
    let (mut song, mut time, mut spent) = (Vec::new(), 1.0, std::time::Duration::ZERO);
    for text in argument(1).split('/') {
        let said = say(text);
        println!("line\t{text}\t{said}\t{:?}", said.language);
        let tones: Vec<Vec<Tone>> = (0..said.syllable_count())
            .map(|at| vec![tune.tone(time + at as f64 * seconds, seconds, timbre)])
            .collect();
        for tone in tones.iter().flatten() {
            println!("note\t{:.4}\t{:.4}\t{}", tone.onset, tone.seconds, tone.pitch);
        }
        let begin = clock();
        let sung = singer.sing(&LineToSing {
            said: &said,
            tones: &tones,
            timbre,
            delivery: Delivery::Sung,
            seed: 1,
        })?;
        spent += begin.elapsed();
        for (word, place) in sung.words.iter().zip(&said.words) {
            println!("word\t{:.3}\t{:.3}\t{}", word.start, word.end, &text[place.span.clone()]);
        }
        time += (tones.len() + 2) as f64 * seconds;
        mix(&mut song, &sung);
    }
    let length = song.len() as f64 / f64::from(SAMPLE_RATE);
    println!("{}: {length:.1} s in {spent:.2?} ({:.0}x)", timbre.name, length / spent.as_secs_f64());
    write(&argument(0), &song)
}

/// A walk through the scale.
struct Tune {
    state: u32,
    step: i32,
}

impl Tune {
    fn tone(&mut self, onset: f64, seconds: f64, timbre: &Timbre) -> Tone {
        self.state = self.state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        self.step = (self.step + (self.state >> 24) as i32 % 5 - 2).clamp(0, 5);
        let pitch = f32::from(SCALE[self.step as usize]) + f32::from(timbre.transposition);
        Tone { onset, seconds, pitch }
    }
}

/// Adds a line where it belongs.
fn mix(song: &mut Vec<f32>, sung: &Sung) {
    let at = (sung.start * f64::from(SAMPLE_RATE)).max(0.0) as usize;
    song.resize(song.len().max(at + sung.samples.len()), 0.0);
    for (sample, added) in song[at..].iter_mut().zip(&sung.samples) {
        *sample += added;
    }
}

fn write(path: &str, song: &[f32]) -> Result<(), Box<dyn Error>> {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: SAMPLE_RATE,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut file = hound::WavWriter::create(path, spec)?;
    for sample in song {
        file.write_sample((sample * 32_768.0) as i16)?;
    }
    Ok(file.finalize()?)
}
