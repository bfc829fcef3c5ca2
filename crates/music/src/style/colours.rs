//! Progressions with colour: sevenths, film, dance and other places.

use super::harmony::{Harmony, Progressions};

/// Seventh chords that circle in fifths.
pub(crate) const JAZZ: Harmony = Harmony {
    major: Progressions {
        verse: &[
            "Imaj7 vi7 ii7 V7",
            "Imaj7,VI7 ii7,V7 iii7,VI7 ii7,V7",
            "iii7 VI7 ii7 V7",
            "Imaj7 IVmaj7 iii7,VI7 ii7,V7",
        ],
        chorus: &["ii7 V7 Imaj7 vi7", "IVmaj7 bVII7 iii7,VI7 ii7,V7", "ii7 V7 Imaj7,VI7 ii7,V7"],
        bridge: &["III7 VI7 II7 V7", "iv7 bVII7 Imaj7 V7"],
    },
    minor: Progressions {
        verse: &["i7 iv7 iim7b5 V7", "i7 bVImaj7 iim7b5 V7", "i7,bVImaj7 iim7b5,V7 i7 iim7b5,V7"],
        chorus: &["iv7 bVII7 bIIImaj7 bVImaj7", "iim7b5 V7 i7 iim7b5,V7", "i7 iv7 bVImaj7 V7"],
        bridge: &["bVImaj7 bVII7 bIIImaj7 V7", "iv7 i7 iim7b5 V7"],
    },
};

/// Major sevenths that slip by semitones.
pub(crate) const BOSSA: Harmony = Harmony {
    major: Progressions {
        verse: &["Imaj7 II7 ii7 bII7", "Imaj7 VI7 ii7 V7", "Imaj7 bIIImaj7 ii7 bII7"],
        chorus: &["IVmaj7 iv7 iii7 VI7", "ii7 V7 Imaj7 VI7", "Imaj7 II7 ii7,V7 Imaj7"],
        bridge: &["bVImaj7 bVImaj7 ii7 V7", "iv7 bVII7 iii7 VI7"],
    },
    minor: Progressions {
        verse: &["i7 VI7 iim7b5 V7", "i7 bVII7 bVImaj7 V7"],
        chorus: &["iv7 bVII7 bIIImaj7 bVImaj7", "i7 iv7 iim7b5 V7"],
        bridge: &["bVImaj7 iim7b5 V7 V7", "iv7 i7 iim7b5 V7"],
    },
};

/// Sevenths that drift, two in a bar.
pub(crate) const SOUL: Harmony = Harmony {
    major: Progressions {
        verse: &[
            "Imaj7,iii7 IVmaj7,V7 Imaj7,vi7 ii7,V7",
            "IVmaj7,iii7 ii7,Imaj7 IVmaj7,iii7 vi7",
            "ii7,V7 Imaj7,vi7 ii7,V7 Imaj7",
        ],
        chorus: &[
            "IVmaj7,V7 iii7,vi7 ii7,V7 Imaj7",
            "Imaj7,vi7 ii7,V7 iii7,vi7 ii7,V7",
            "IVmaj7,iv7 Imaj7,vi7 IVmaj7,V7 Imaj7",
        ],
        bridge: &["ii7 iii7 IVmaj7 V7", "vi7,II7 ii7 IVmaj7 V7"],
    },
    minor: Progressions {
        verse: &[
            "i7,iv7 i7,v7 bVImaj7,v7 i7",
            "i7,bVImaj7 iv7,v7 i7,bVImaj7 v7",
            "bVImaj7,v7 i7 bVImaj7,v7 i7,bIIImaj7",
        ],
        chorus: &["iv7,bVII7 bIIImaj7,bVImaj7 iv7,v7 i7", "bVImaj7,bVII7 i7,bIIImaj7 bVImaj7,V7 i7"],
        bridge: &["iv7 v7 bVImaj7 V7", "bIIImaj7 bVImaj7 iv7 V7"],
    },
};

/// Vamps: two chords against each other, a turn at the end.
pub(crate) const FUNK: Harmony = Harmony {
    major: Progressions {
        verse: &["I7 IV7 I7 IV7", "I7 I7,bVII7 IV7 I7", "ii7 V7 ii7 V7"],
        chorus: &["IV7,V7 I7 IV7,V7 I7", "I7 bIII7 IV7 I7,V7"],
        bridge: &["IVmaj7 iii7 ii7 V7", "bVI7 bVII7 bVI7 V7"],
    },
    minor: Progressions {
        verse: &["i7 IV7 i7 IV7", "i7 i7,bVII7 i7 iv7,V7", "i7,bIIImaj7 iv7 i7 v7"],
        chorus: &["bVImaj7 bVII7 i7 i7,bIII7", "iv7 v7 i7 IV7"],
        bridge: &["iv7 bVII7 bIIImaj7 V7", "bVImaj7 v7 iv7 V7"],
    },
};

/// Two bars that go round, as cut from an old record.
pub(crate) const LOOP: Harmony = Harmony {
    major: Progressions {
        verse: &["ii7,V7 Imaj7,vi7", "Imaj7,vi7 ii7,V7", "IVmaj7,iii7 ii7,iii7"],
        chorus: &["IVmaj7,iv7 iii7,VI7", "Imaj7,iii7 IVmaj7,V7", "ii7,iii7 IVmaj7,V7"],
        bridge: &["IVmaj7,iii7 ii7,V7", "vi7,V7 IVmaj7,V7"],
    },
    minor: Progressions {
        verse: &["i7,iv7 i7,v7", "i7,bVImaj7 iv7,V7", "iim7b5,V7 i7,bVII7"],
        chorus: &["bVImaj7,V7 i7,bIIImaj7", "iv7,bVII7 bIIImaj7,V7", "i7,bVII7 bVImaj7,V7"],
        bridge: &["iv7,i7 bVImaj7,V7", "bVImaj7,v7 iv7,V7"],
    },
};

/// Few chords that stand long.
pub(crate) const MODAL: Harmony = Harmony {
    major: Progressions {
        verse: &["Iadd9 Iadd9 IVmaj7 IVmaj7", "Iadd9 vi7 IVmaj7 Vsus4", "Iadd9 iii7 IVmaj7 ii7"],
        chorus: &["IVmaj7 Iadd9 Vsus4 vi7", "Iadd9 V IVadd9 IVadd9"],
        bridge: &["vi7 vi7 IVmaj7 V", "ii7 ii7 IVmaj7 Vsus4"],
    },
    minor: Progressions {
        verse: &["i7 i7 bVImaj7 bVImaj7", "i bVII iv7 bVImaj7"],
        chorus: &["bVImaj7 bIII bVII i7", "i7 bIII bVII iv7"],
        bridge: &["iv7 iv7 bVImaj7 v7", "bVImaj7 bVII iv7 v7"],
    },
};

/// Thirds apart, as film scores move.
pub(crate) const CINEMA: Harmony = Harmony {
    major: Progressions {
        verse: &["I,iii IV,iv I V", "I bVI,bVII I V,IV", "vi,IV I,V vi,iii IV,V"],
        chorus: &["I,V vi,iii IV,I ii,V", "IV,V vi bVI,bVII I", "I bVI bIII,bVII I,V"],
        bridge: &["vi,iii bVI,bIII iv V", "ii bVI iv V"],
    },
    minor: Progressions {
        verse: &["i,bVI bIII,bVII i,iv V", "i,bIII bVI,iv i,bVI V", "i,bVII bVI,v iv,i V"],
        chorus: &["i,bVI bIII,bVII iv,bVI i,V", "bVI,bVII i,bIII bVI,iv i,V", "i iv,bVII bIII,bVI ii,V"],
        bridge: &["bVI,bIII bII,iv i V", "iv,bII i,bVI iv V"],
    },
};

/// Standards by the tree: secondary dominants, the minor fourth.
pub(crate) const CAROL: Harmony = Harmony {
    major: Progressions {
        verse: &["I,I7 IV,iv I,VI7 II7,V7", "I,vi ii,V I,VI7 ii,V7", "I,iii7 vi,I7 IV,iv I,V7"],
        chorus: &["IV,iv I,VI7 II7 V7", "I,III7 vi,I7 IV,II7 I,V7", "IV iii,VI7 ii,V7 I"],
        bridge: &["IV,iv I,I7 IV II7,V7", "vi,III7 vi,II7 ii V7"],
    },
    minor: Progressions {
        verse: &["i,V7 i,iv i,iim7b5 V7", "i,bVII bIII,bVI iv,V7 i"],
        chorus: &["iv,bVII bIII,bVI iim7b5 V7", "i,iv bVII,bIII iv,V7 i"],
        bridge: &["bVI,bIII iv,i iim7b5 V7", "iv,i bVI V7"],
    },
};

/// Tonic and dominant turn about, as couples do.
pub(crate) const DANCE: Harmony = Harmony {
    major: Progressions {
        verse: &["I I V7 V7 V7 V7 I I", "I vi ii V7", "I V7 I IV I II7 V7 I"],
        chorus: &["IV IV I I V7 V7 I V7", "I IV I V7", "IV I V7 I"],
        bridge: &["vi III7 vi II7", "ii vi II7 V7"],
    },
    minor: Progressions {
        verse: &["i i V7 V7 iv iv V7 V7", "i iv V7 i", "i bVI iv V7"],
        chorus: &["iv i V7 i", "bIII bVII i V7", "iv bVII bIII V7"],
        bridge: &["bVI bIII iv V7", "iv i II7 V7"],
    },
};

/// Two chords in the bar, offbeat against offbeat.
pub(crate) const SKANK: Harmony = Harmony {
    major: Progressions {
        verse: &["I,IV I,V I,IV I,V", "I,vi IV,V I,vi IV,V", "I,ii I,ii IV,V I"],
        chorus: &["IV,V I,vi IV,V I", "I,V vi,IV I,V IV", "vi,V IV,I vi,V IV"],
        bridge: &["vi,iii IV V,IV V", "ii,IV I ii V"],
    },
    minor: Progressions {
        verse: &["i,iv i,v i,iv i,v", "i,bVII bVI,bVII i,bVII i", "i,bVII i,iv i,bVII v"],
        chorus: &["bVI,bVII i bVI,bVII i", "iv,i iv,i bVI bVII"],
        bridge: &["iv,bVII bIII,bVI iv V", "bVI,v iv V"],
    },
};

/// Chinese pop: the fourth walks down to home, pentatonic above.
pub(crate) const EAST: Harmony = Harmony {
    major: Progressions {
        verse: &["IV,V iii,vi ii,V I", "I,V vi,iii IV,I ii,V", "vi,iii IV,I ii,iii vi"],
        chorus: &["IV,V iii,vi ii,V I,V", "vi,IV V,I vi,IV V", "IV,V I,vi ii,V vi"],
        bridge: &["ii,iii IV,V vi IV,V", "IV,iii ii V"],
    },
    minor: Progressions {
        verse: &["i,bVII bVI,bIII iv,bVII i", "bVI,bVII v,i iv,v i", "i,bIII bVII,iv i,bVII i"],
        chorus: &["bVI,bVII v,i iv,bVII bIII,v", "i,bVI bVII,bIII bVI,iv v"],
        bridge: &["iv,bVII bIII,bVI iv v", "bVI,bVII i bVI v"],
    },
};
