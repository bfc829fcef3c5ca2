//! An upload: whatever the bytes are, no panic, no more sound than allowed, and what was decoded becomes a master.

use media::decode::{Limits, decode, to_master};

const FEW_SECONDS: Limits = Limits { max_seconds: 3, max_samples: 200_000, max_channels: 8 };

/// Decodes `bytes`, and panics where a promise is broken.
pub fn check(bytes: &[u8]) {
    let Ok(sound) = decode(bytes, &FEW_SECONDS) else { return };
    assert_eq!(sound.left.len(), sound.right.len());
    assert!((1..=FEW_SECONDS.max_samples).contains(&sound.left.len()));
    assert!(sound.left.len() as u64 <= 3 * u64::from(sound.sample_rate));
    assert!(sound.left.iter().chain(&sound.right).all(|sample| sample.is_finite()));
    // Odd rates take long to plan; the common ones are what matters here.
    if sound.sample_rate.is_multiple_of(100) && sound.left.len() < 20_000 {
        let master = to_master(sound).expect("what was decoded becomes a master");
        assert!(media::encode::wav(&master.left, &master.right, master.sample_rate).is_ok());
    }
}
