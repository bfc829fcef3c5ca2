//! The mixing desk: all players, their strips, the two rooms and the bus, one chunk of time after the other.
//! Parts may be rendered on several threads; they are added up in one order whatever their number.

use super::Stereo;
use super::biquad::Biquad;
use super::compressor::Compressor;
use super::delay::Delay;
use super::reverb::Reverb;
use super::strip::Strip;
use crate::compose::Score;
use crate::plan::{Mastering, Part, Plan};
use crate::style::{self, Drum};
use crate::synth::{Player, RATE, from_db};

/// Samples that the desk works on at once: three quarters of a second, some 15 ms of work.
pub(crate) const CHUNK: usize = 32_768;

/// One channel: who plays, and what is done to it.
struct Channel {
    player: Player,
    strip: Strip,
    bus: Stereo,
}

/// The whole desk.
pub(crate) struct Desk {
    channels: Vec<Channel>,
    reverb: (Reverb, f32, Stereo),
    delay: (Delay, f32, Stereo),
    side_low_cut: Biquad,
    /// The style's brightness, and the width of its sides.
    air: Biquad,
    width: f32,
    compressor: Option<Compressor>,
    kicks: Vec<u64>,
    next_kick: usize,
    duck: f32,
    duck_smooth: f32,
    duck_depth: f32,
    /// Where sections begin, and how loud each is.
    rides: Vec<(u64, f32)>,
    next_ride: usize,
    ride: f32,
    at: u64,
}

impl Desk {
    pub(crate) fn new(plan: &Plan, score: &Score) -> Self {
        let space = &style::style(plan.style).space;
        let channels = plan.instruments.iter().map(|choice| Channel {
            player: Player::new(choice.part, choice.patch, score.notes(choice.part).copied().collect()),
            strip: Strip::new(plan, choice.part, choice.patch, space),
            bus: Stereo::silence(CHUNK),
        });
        let rides = rides(plan, score);
        let is_kick = |pitch: u8| pitch == Drum::Kick.key();
        Self {
            channels: channels.collect(),
            reverb: (Reverb::new(space.reverb_seconds), from_db(space.reverb_db), Stereo::silence(CHUNK)),
            delay: (Delay::new(plan.tempo() as f32), from_db(space.delay_db), Stereo::silence(CHUNK)),
            side_low_cut: Biquad::high_pass(120.0),
            air: Biquad::high_shelf(5000.0, space.air_db),
            width: space.width,
            compressor: (plan.knobs.mastering == Mastering::Full).then(Compressor::new),
            kicks: score
                .notes(Part::Drums)
                .filter(|note| is_kick(note.pitch))
                .map(|note| note.start)
                .collect(),
            next_kick: 0,
            duck: 0.0,
            duck_smooth: 0.0,
            duck_depth: 1.0 - from_db(-space.ducking_db),
            ride: rides.first().map_or(1.0, |(_, gain)| *gain),
            rides,
            next_ride: 0,
            at: 0,
        }
    }

    /// Renders the next chunk of the mix into `out`, whose channels are [`CHUNK`] long.
    pub(crate) fn next(&mut self, threads: usize, out: &mut Stereo) {
        let start = self.at;
        let share = self.channels.len().div_ceil(threads.max(1)).max(1);
        if threads <= 1 {
            self.channels.iter_mut().for_each(|channel| channel.render(start));
        } else {
            std::thread::scope(|scope| {
                for group in self.channels.chunks_mut(share) {
                    scope.spawn(move || group.iter_mut().for_each(|channel| channel.render(start)));
                }
            });
        }
        let ducking = self.ducking();
        self.sum(&ducking, out);
        self.at += CHUNK as u64;
        self.ride_and_narrow(out);
        if let Some(compressor) = &mut self.compressor {
            compressor.run(out);
        }
    }

    /// Follows the sections' energy with the fader, and keeps what is low in the middle.
    fn ride_and_narrow(&mut self, out: &mut Stereo) {
        let start = self.at - CHUNK as u64;
        let towards = 1.0 - (-1.0 / (0.05 * RATE)).exp();
        for (step, (left, right)) in out.left.iter_mut().zip(out.right.iter_mut()).enumerate() {
            if self.rides.get(self.next_ride).is_some_and(|(from, _)| *from <= start + step as u64) {
                self.next_ride += 1;
            }
            let wanted = self.rides.get(self.next_ride.saturating_sub(1)).map_or(1.0, |(_, gain)| *gain);
            self.ride += towards * (wanted - self.ride);
            // What is low stays in the middle.
            let (middle, side) = (0.5 * (*left + *right), 0.5 * (*left - *right));
            let [side, _] = self.side_low_cut.tick([side, 0.0]);
            let side = side * self.width;
            let bright = self.air.tick([middle + side, middle - side]);
            [*left, *right] = bright.map(|sample| sample * self.ride);
        }
    }

    fn sum(&mut self, ducking: &[f32], out: &mut Stereo) {
        let (reverb, reverb_gain, room) = &mut self.reverb;
        let (delay, delay_gain, echo) = &mut self.delay;
        out.clear();
        room.clear();
        echo.clear();
        for channel in &mut self.channels {
            if channel.strip.ducked {
                scale(&mut channel.bus, ducking);
            }
            add(out, &channel.bus, 1.0);
            add(room, &channel.bus, channel.strip.reverb);
            if channel.strip.delay > 0.002 {
                add(echo, &channel.bus, channel.strip.delay);
            }
        }
        delay.run(echo);
        add(out, echo, *delay_gain);
        add(room, echo, 0.15);
        reverb.run(room);
        add(out, room, *reverb_gain);
    }

    /// How far each sample of the chunk is let through while the kick sounds.
    fn ducking(&mut self) -> Vec<f32> {
        if self.duck_depth <= 0.0 {
            return Vec::new();
        }
        let (fall, rise) = ((-1.0 / (0.11 * RATE)).exp(), 1.0 - (-1.0 / (0.004 * RATE)).exp());
        let mut gains = Vec::with_capacity(CHUNK);
        for sample in self.at..self.at + CHUNK as u64 {
            if self.kicks.get(self.next_kick).is_some_and(|kick| *kick <= sample) {
                self.duck = 1.0;
                self.next_kick += 1;
            }
            self.duck *= fall;
            self.duck_smooth += rise * (self.duck - self.duck_smooth);
            gains.push(1.0 - self.duck_depth * self.duck_smooth);
        }
        gains
    }
}

impl Channel {
    fn render(&mut self, start: u64) {
        self.bus.clear();
        self.player.render(start, &mut self.bus.left, &mut self.bus.right);
        self.strip.run(&mut self.bus);
    }
}

/// A quiet section is up to 4.5 dB under a full one, besides being played more softly.
fn rides(plan: &Plan, score: &Score) -> Vec<(u64, f32)> {
    let start = |seconds: f64| (seconds * f64::from(crate::SAMPLE_RATE)).round() as u64;
    let gain = |energy: f32| from_db(-4.5 * (1.0 - crate::plan::share(energy)));
    let sections = score.sections.iter().zip(&plan.sections);
    sections.map(|(span, section)| (start(span.start_seconds), gain(section.energy))).collect()
}

fn add(sum: &mut Stereo, bus: &Stereo, gain: f32) {
    sum.left.iter_mut().zip(&bus.left).for_each(|(sum, sample)| *sum += sample * gain);
    sum.right.iter_mut().zip(&bus.right).for_each(|(sum, sample)| *sum += sample * gain);
}

fn scale(bus: &mut Stereo, gains: &[f32]) {
    bus.left.iter_mut().zip(gains).for_each(|(sample, gain)| *sample *= gain);
    bus.right.iter_mut().zip(gains).for_each(|(sample, gain)| *sample *= gain);
}
