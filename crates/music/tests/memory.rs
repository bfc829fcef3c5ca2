//! What the parts of a song take while they are played. A test program of its own, because it counts what the whole
//! process has.

use music::{Brief, Plan, Recipe, Split, Steps, Stereo, perform_held, pour_stems};
use peak_alloc::PeakAlloc;
use std::ops::ControlFlow;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// What `work` had at most, beside what was there before.
fn peak_of<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let result = work();
    (result, MEMORY.peak_usage().saturating_sub(before))
}

#[test]
fn the_parts_of_a_song_take_hardly_more_than_the_song() {
    let lyric = "[Verse]\nWalking down the silver road\n[Chorus]\nStay with me until the morning comes";
    let brief = Brief { style: "pop".to_owned(), lyric: Some(lyric.to_owned()), seed: 4, ..Brief::default() };
    let mut plan = Plan::from_brief(&brief);
    let perform =
        |plan: &Plan| perform_held(2, plan, None, &mut |_| ControlFlow::Continue(())).expect("a song");
    plan.sections.truncate(3);
    // Instruments and voices are read once for the process.
    drop(perform(&plan));
    let ((master, curves), song) = peak_of(|| perform(&plan));
    plan.levels = Some(curves.levels());
    let samples = master.left.len();
    let kept = Steps::from(Stereo { left: master.left, right: master.right });
    let recipe = Recipe::fresh(plan);
    let parts = Split::Parts.stems(&recipe).len();
    let (poured, peak) = peak_of(|| {
        let mut hear = |_: &[music::StemSound]| ControlFlow::Continue(());
        let mut go_on = |_| ControlFlow::Continue(());
        pour_stems(2, &recipe, Split::Parts, &kept, &mut hear, &mut go_on)
    });
    assert_eq!(poured, Ok(()));
    let all = parts * samples * 4;
    assert!(parts >= 6 && peak < song + all / 4, "{peak} bytes, {song} for the song, {all} in all parts");
}
