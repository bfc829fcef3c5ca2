//! Progressions as families that several styles share. Slow styles change chords within the bar, so that harmony moves
//! about as often as in songs of the charts: 40 to 90 times a minute.

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
        verse: &["I V vi IV", "I vi IV V", "I iii IV V", "I IV vi V", "I,V vi IV V"],
        chorus: &["I V vi IV", "IV I V vi", "I IV vi V", "I V IV,iv V"],
        bridge: &["vi V IV V", "IV V vi V", "ii vi IV V"],
    },
    minor: Progressions {
        verse: &["i bVI bIII bVII", "i iv bVI bVII", "i bVII bVI bVII", "i v bVI iv"],
        chorus: &["i bVI bIII bVII", "bVI bVII i bIII", "i bIII bVII bVI"],
        bridge: &["iv bVII bIII bVI", "bVI iv i V", "iv v bVI V"],
    },
};

/// Ballads: two chords in a bar, the bass steps down.
pub(crate) const SLOW: Harmony = Harmony {
    major: Progressions {
        verse: &["I,V vi,iii IV,I IV,V", "I,iii vi,IV ii,V I,V", "I,V vi,IV I,V IV"],
        chorus: &["IV,V iii,vi ii,V I", "I,V vi,IV I,V IV,V", "IV,I V,vi IV,I ii,V"],
        bridge: &["vi,iii IV,I ii,vi IV,V", "IV,iv I,vi ii IV,V"],
    },
    minor: Progressions {
        verse: &["i,bVII bVI,bIII iv,i V", "i,v bVI,bIII iv,bVII bIII,V"],
        chorus: &["bVI,bVII i,bIII iv,bVII i,V", "i,bVI bIII,bVII i,bVI iv,V"],
        bridge: &["iv,bVII bIII,bVI iv,i V", "bVI,bIII iv,i bVI,iv V"],
    },
};

/// Guitars in open fifths.
pub(crate) const ROCK: Harmony = Harmony {
    major: Progressions {
        verse: &["I I IV V", "I,bVII IV I,bVII IV", "I V IV I,V", "I bVII IV I"],
        chorus: &["I V vi IV", "I IV I,V IV", "IV V I,V vi"],
        bridge: &["vi IV bVII V", "ii IV V V"],
    },
    minor: Progressions {
        verse: &["i i,bVII bVI bVII", "i bVII bVI bVII", "i bIII iv bVI,bVII"],
        chorus: &["i bVI bIII bVII", "bVI bVII i bIII", "i iv bVI V"],
        bridge: &["bVI bIII bVII V", "iv bVI bVII V"],
    },
};

/// Riffs on the lowest string: semitones, tritones, no third.
pub(crate) const METAL: Harmony = Harmony {
    major: Progressions {
        verse: &["i5 i5,bII5 i5 bVI5,bVII5", "i5 bVI5 i5 bVII5,bII5"],
        chorus: &["i5 bVI5 bIII5 bVII5", "bVI5 bVII5 i5 bII5"],
        bridge: &["i5,bII5 i5 bV5,IV5 bII5", "bVI5,bVII5 i5 bII5 V5"],
    },
    minor: Progressions {
        verse: &["i5 i5,bII5 i5 bVI5,bVII5", "i5,bVI5 bVII5 i5,bVI5 bII5", "i5 bIII5,bII5 i5 bV5,IV5"],
        chorus: &["i5 bVI5 bIII5 bVII5", "bVI5 bVII5 i5 bII5", "i5 bVI5 iv5 V5"],
        bridge: &["i5,bII5 i5 bV5,IV5 bII5", "bVI5,bVII5 i5 bII5 V5"],
    },
};

/// Plain triads of songs that walk.
pub(crate) const FOLK: Harmony = Harmony {
    major: Progressions {
        verse: &["I,V vi IV I", "I IV I,IV V", "I,IV I IV V", "I vi,iii IV V"],
        chorus: &["IV I V,vi IV", "I,IV I V I", "IV V I,V vi"],
        bridge: &["vi IV I V", "ii IV I V"],
    },
    minor: Progressions {
        verse: &["i bVII i,iv v", "i bIII bVII i", "i,v iv i bVII"],
        chorus: &["bVI bVII i bIII", "bIII bVII i iv", "i,bVI bIII,bVII i bVII"],
        bridge: &["bVI bIII bVII V", "iv i bVI V"],
    },
};

/// Three chords and the truth; the second dominant before the chorus ends.
pub(crate) const COUNTRY: Harmony = Harmony {
    major: Progressions {
        verse: &["I I IV I", "I I7 IV V", "I IV I V", "I,IV I V I"],
        chorus: &["IV I V I", "I IV I,V I", "IV V I,V vi"],
        bridge: &["IV I II V", "vi IV I V"],
    },
    minor: Progressions {
        verse: &["i i bVII bVI", "i iv i V", "i bVII iv i"],
        chorus: &["bIII bVII i iv", "bVI bVII i i", "iv i V i"],
        bridge: &["bVI bIII iv V", "iv bVII bIII V"],
    },
};

/// Twelve bars. Every chord has its minor seventh; verses and choruses are rounds of the form.
pub(crate) const BLUES: Harmony = Harmony {
    major: Progressions {
        verse: &[
            "I7 IV7 I7 I7 IV7 IV7 I7 I7 V7 IV7 I7 V7",
            "I7 I7 I7 I7 IV7 IV7 I7 VI7 ii7 V7 I7,VI7 ii7,V7",
        ],
        chorus: &[
            "I7 IV7 I7 I7 IV7 IV7 I7 VI7 V7 IV7 I7,IV7 I7,V7",
            "I7 IV7 I7 I7 IV7 IV7 I7 I7 V7 IV7 I7 V7",
        ],
        bridge: &["IV7 IV7 I7 I7 II7 II7 V7 V7", "IV7 I7 IV7 V7"],
    },
    minor: Progressions {
        verse: &["i7 iv7 i7 i7 iv7 iv7 i7 i7 bVI7 V7 i7 V7", "i7 i7 i7 i7 iv7 iv7 i7 i7 V7 iv7 i7 V7"],
        chorus: &["i7 iv7 i7 i7 iv7 iv7 i7 i7 bVI7 V7 i7,iv7 i7,V7"],
        bridge: &["iv7 iv7 i7 i7 bVI7 bVI7 V7 V7", "iv7 i7 bVI7 V7"],
    },
};

/// Minor sevenths in loops of four, lifted from soul records.
pub(crate) const HOUSE: Harmony = Harmony {
    major: Progressions {
        verse: &["ii7 V7 Imaj7 vi7", "IVmaj7 iii7 vi7 V", "vi7 ii7 IVmaj7 V"],
        chorus: &["IVmaj7 V vi7 iii7", "vi7 V IVmaj7 V", "ii7 iii7 IVmaj7 V"],
        bridge: &["IVmaj7 V IVmaj7 V", "ii7 vi7 IVmaj7 V"],
    },
    minor: Progressions {
        verse: &["i7 bVImaj7 iv7 v7", "i7 bIIImaj7 bVII iv7", "i7 iv7 bVImaj7 bVII"],
        chorus: &["bVImaj7 bVII i7 v7", "i7 bVII bVImaj7 bVII", "iv7 bVImaj7 i7 bVII"],
        bridge: &["bVImaj7 bVII bVImaj7 v7", "iv7 i7 bVImaj7 bVII"],
    },
};

/// A drone with a shadow: mostly home, a neighbour at the end.
pub(crate) const TECHNO: Harmony = Harmony {
    major: Progressions {
        verse: &["i i,bVII i bVI,bVII", "i bII i bII", "i5 i5,bIII5 i5 bVII5"],
        chorus: &["i bVI,bVII i bII", "i,bVII bVI i bVII"],
        bridge: &["i i bII bII", "iv i bII i"],
    },
    minor: Progressions {
        verse: &["i i,bVII i bVI,bVII", "i bII i bII", "i v i bVII", "i5 i5,bIII5 i5 bVII5"],
        chorus: &["i bVI,bVII i bII", "i,bVII bVI i bVII", "i iv i,bVII bVI"],
        bridge: &["i i bII bII", "iv i bVI v"],
    },
};

/// Trance and synthwave: four chords that always climb home.
pub(crate) const ANTHEM: Harmony = Harmony {
    major: Progressions {
        verse: &["vi IV I V", "I V vi IV", "vi V IV V"],
        chorus: &["IV V vi I", "vi IV I V", "I V ii IV"],
        bridge: &["ii IV vi V", "IV V IV V"],
    },
    minor: Progressions {
        verse: &["i bVI bIII bVII", "i bVII bVI bVII", "i bVI iv bVII"],
        chorus: &["bVI bVII i bIII", "i bVI bIII bVII", "bVI bIII bVII i"],
        bridge: &["iv bVI bVII V", "bVI bVII v V"],
    },
};

/// Trap and drum and bass: minor, few chords, a flat second now and then.
pub(crate) const DARK: Harmony = Harmony {
    major: Progressions {
        verse: &["vi IV vi V", "vi,V IV vi iii", "I iii vi IV"],
        chorus: &["vi IV I V", "IV V vi vi,V", "vi ii IV V"],
        bridge: &["ii vi IV V", "IV IV V V"],
    },
    minor: Progressions {
        verse: &["i bVI i v", "i i,bII bVI v", "i iv bVI v"],
        chorus: &["i bVI iv V", "bVI bVII i v", "i bII bVI V"],
        bridge: &["iv bVI i V", "bVI v iv V"],
    },
};
