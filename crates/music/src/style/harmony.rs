//! Progressions of four bars, as families that several styles share.

/// Progressions for the parts of a song, by mode.
pub(crate) struct Harmony {
    pub(crate) major: Progressions,
    pub(crate) minor: Progressions,
}

/// Each text holds bars as roman numerals against the major scale; see [`crate::theory::bars_of`].
pub(crate) struct Progressions {
    pub(crate) verse: &'static [&'static str],
    pub(crate) chorus: &'static [&'static str],
    pub(crate) bridge: &'static [&'static str],
}

/// Songs of the charts.
pub(crate) const POP: Harmony = Harmony {
    major: Progressions {
        verse: &["I V vi IV", "I vi IV V", "I iii IV V", "I IV vi V", "I V6 IV V"],
        chorus: &["I V vi IV", "IV I V vi", "I IV vi V", "I V IV V"],
        bridge: &["vi V IV V", "IV V vi V", "ii vi IV V"],
    },
    minor: Progressions {
        verse: &["i bVI bIII bVII", "i iv bVI bVII", "i bVII bVI bVII", "i v bVI iv"],
        chorus: &["i bVI bIII bVII", "bVI bVII i bIII", "i bIII bVII bVI"],
        bridge: &["iv bVII bIII bVI", "bVI iv i V", "iv v bVI V"],
    },
};

/// Guitars in open fifths.
pub(crate) const ROCK: Harmony = Harmony {
    major: Progressions {
        verse: &["I I IV V", "I bVII IV I", "I V IV I"],
        chorus: &["I V vi IV", "I IV I V", "IV I V I"],
        bridge: &["vi IV bVII V", "ii IV V V"],
    },
    minor: Progressions {
        verse: &["i i bVI bVII", "i bVII bVI bVII", "i bIII iv i"],
        chorus: &["i bVI bIII bVII", "bVI bVII i i", "i iv bVI V"],
        bridge: &["bVI bVI bVII V", "iv bVI bVII V"],
    },
};

/// Seventh chords that circle in fifths.
pub(crate) const JAZZ: Harmony = Harmony {
    major: Progressions {
        verse: &["Imaj7 vi7 ii7 V7", "Imaj7 VI7 ii7 V7", "iii7 vi7 ii7 V7", "Imaj7 IVmaj7 iii7,VI7 ii7,V7"],
        chorus: &["ii7 V7 Imaj7 vi7", "IVmaj7 V7 iii7 vi7", "ii7 V7 Imaj7 Imaj7"],
        bridge: &["III7 VI7 II7 V7", "iv7 bVII7 Imaj7 V7"],
    },
    minor: Progressions {
        verse: &["i7 iv7 iim7b5 V7", "i7 bVImaj7 iim7b5 V7", "i7 i7 iv7 V7"],
        chorus: &["iv7 bVII7 bIIImaj7 bVImaj7", "iim7b5 V7 i7 i7", "i7 iv7 bVImaj7 V7"],
        bridge: &["bVImaj7 bVII7 bIIImaj7 V7", "iv7 i7 iim7b5 V7"],
    },
};

/// Soul, lo-fi and bossa: sevenths that drift.
pub(crate) const SOUL: Harmony = Harmony {
    major: Progressions {
        verse: &["Imaj7 iii7 IVmaj7 V7", "IVmaj7 iii7 ii7 Imaj7", "Imaj7 vi7 IVmaj7 V7", "ii7 V7 Imaj7 vi7"],
        chorus: &["IVmaj7 V7 iii7 vi7", "Imaj7 vi7 ii7 V7", "IVmaj7 iv7 Imaj7 vi7"],
        bridge: &["ii7 iii7 IVmaj7 V7", "vi7 II7 ii7 V7"],
    },
    minor: Progressions {
        verse: &["i7 iv7 i7 v7", "i7 bVImaj7 iv7 v7", "bVImaj7 v7 i7 i7"],
        chorus: &["iv7 bVII7 bIIImaj7 bVImaj7", "bVImaj7 bVII7 i7 i7", "i7 iv7 bVImaj7 V7"],
        bridge: &["iv7 v7 bVImaj7 V7", "bIIImaj7 bVImaj7 iv7 V7"],
    },
};

/// Few chords that stand long.
pub(crate) const MODAL: Harmony = Harmony {
    major: Progressions {
        verse: &["Iadd9 Iadd9 IVmaj7 IVmaj7", "Iadd9 vi7 IVmaj7 Vsus4"],
        chorus: &["IVmaj7 Iadd9 Vsus4 vi7", "Iadd9 V IVadd9 IVadd9"],
        bridge: &["vi7 vi7 IVmaj7 V", "ii7 ii7 IVmaj7 Vsus4"],
    },
    minor: Progressions {
        verse: &["i7 i7 bVImaj7 bVImaj7", "i bVII iv7 bVImaj7"],
        chorus: &["bVImaj7 bIII bVII i7", "i7 bIII bVII iv7"],
        bridge: &["iv7 iv7 bVImaj7 v7", "bVImaj7 bVII iv7 v7"],
    },
};

/// Plain triads of songs that walk.
pub(crate) const FOLK: Harmony = Harmony {
    major: Progressions {
        verse: &["I V vi IV", "I IV I V", "I I IV V", "I vi IV V"],
        chorus: &["IV I V I", "I IV I V", "IV V I vi"],
        bridge: &["vi IV I V", "ii IV I V"],
    },
    minor: Progressions {
        verse: &["i bVII i v", "i bIII bVII i", "i iv i bVII"],
        chorus: &["bVI bVII i i", "bIII bVII i iv", "i bVI bVII i"],
        bridge: &["bVI bIII bVII V", "iv i bVI V"],
    },
};
