//! The lines that a song may have, with slots in braces; `grammar.rs` says what a slot takes.
//!
//! `{I}`, `{me}`, `{my}` stand for whoever sings. Slots in capitals take a phrase of the theme or of the prompt. Any other word
//! in braces is a verb that agrees with the singer.

/// Where the verse is.
pub(super) const SCENES: &[&str] = &[
    "The {LOOK} {SCENE}",
    "The {SCENE} {PLACE}",
    "{PLACE}, the {SCENE}",
    "A {LOOK} {SCENE} {PLACE}",
    "There {IS} a {THING} {PLACE}",
    "There {IS} a {LOOK} {THING} {PLACE}",
    "{STUFF} and {STUFF} {PLACE}",
    "{LOOK} {THINGS} and {STUFF} {PLACE}",
    "The {SCENE} and the {SCENE}",
    "{SCENES} {PLACE}",
    "Nothing but {STUFF} {PLACE}",
    "Somewhere a {SCENE} {PLACE}",
    "One more {THING} {PLACE}",
    "Just the {THING} and {STUFF} {PLACE}",
    "Every {SCENE} {TIME}",
    "The {LOOK} {SCENE} {TIME}",
    "The {SCENE}, {END}",
    "{STUFF} {PLACE}, {END}",
    "{PLACE} a {THING}, {END}",
    "All the {SCENES} {PLACE}",
];

/// What happens in it.
pub(super) const STORIES: &[&str] = &[
    "{I} {ACT}",
    "And {I} {ACT}",
    "{PLACE} {I} {ACT}",
    "So {I} {ACT} {TIME}",
    "While the {SCENE}, {I} {ACT}",
    "{I} {try} to {ACT BASE}",
    "{I} {want} to {ACT BASE}",
    "{I} {start} to {ACT BASE}",
    "{ACT ING}, {END}",
    "{ACT ING} {TIME}",
    "{I} {dream} of {DREAM}",
    "{I} {think} of {DREAM}",
    "All {I} {need} {IS} {DREAM}",
    "Looking for {DREAM}",
    "Holding on to {DREAM}",
    "Searching {PLACE} for {DREAM}",
    "Every {THING} {KNOWS} {my} name",
    "The {SCENE} and {I} {ACT}",
    "{I} {hear} the {THING} {PLACE}",
    "{I} {see} a {LOOK} {THING} {PLACE}",
];

/// What it does to whoever sings.
pub(super) const FEELINGS: &[&str] = &[
    "{FEEL}",
    "{OPEN} {FEEL}",
    "{FEEL} {TIME}",
    "{TURN}, {FEEL}",
    "{FEEL}, {TURN}",
    "{TURN}, {TURN}, {DREAM}",
    "And all {I} {need} is {DREAM}",
    "{OPEN} {I} {dream} of {DREAM}",
    "Even when the {SCENE}, {FEEL}",
];

/// Around the hook.
pub(super) const REFRAINS: &[&str] = &[
    "{FEEL}",
    "{OPEN} {FEEL}",
    "Give {me} {DREAM}",
    "Oh, {DREAM}",
    "{TURN}, {TURN}, {TIME}",
    "{TURN}, {FEEL}",
    "Let {me} {ACT BASE}",
    "Time to {ACT BASE}",
    "{DREAM} {TIME}",
    "{I} {will} {ACT BASE}",
    "{STUFF} and {DREAM}",
    "Take {me} to {DREAM}",
    "All the {THINGS} and {DREAM}",
    "{ACT ING}, oh, {TIME}",
    "{TAIL}",
    "Oh, {TAIL}",
];

/// Where the song turns.
pub(super) const BRIDGES: &[&str] = &[
    "Maybe {FEEL}",
    "{FEEL}",
    "And if the {SCENE} {PLACE}",
    "Even when the {SCENE}, {END}",
    "No more {STUFF}, no more {STUFF}",
    "{TURN}, {I} {will} {ACT BASE}",
    "What if {I} {ACT}",
    "When {I} {ACT}",
    "{FEEL}, {END}",
    "Past the {THING} and past the {THING}",
    "Past the {LOOK} {THINGS} {PLACE}",
    "Nothing is left but {DREAM}",
    "Show {me} {DREAM}",
    "{TURN}, {TURN}, {END}",
];

/// Hooks on a thing: whoever hears it likes it.
pub(super) const LIKED_THING: &[&str] = &[
    "Take {me} back to {NP}",
    "Sing it loud for {NP}",
    "Here's to {NP}",
    "Nothing shines like {NP}",
    "Hold on to {NP}",
    "Give {me} {NP}",
    "All {I} {want} is {NP}",
    "This one goes out to {NP}",
    "{NP}, {LIKE}",
    "Here's to {NP} and {DREAM}",
    "Where would {I} be without {NP}",
    "It's {A NP}, {LIKE}",
    "All for {NP}",
    "{NP}, take {me} away",
];

/// Hooks on any thing.
pub(super) const ANY_THING: &[&str] = &[
    "{NP}, {TAIL}",
    "Oh, {NP}",
    "Oh, {NP}, {TAIL}",
    "It all comes down to {NP}",
    "{I} {think} of {NP} {TIME}",
    "{NP}, {NP}",
    "{NP} on {my} mind",
    "Every road leads back to {NP}",
    "{I} can't stop thinking of {NP}",
    "It's only {A NP}, {TAIL}",
    "{NP} and {DREAM}",
    "{NP}, {TURN}",
    "{TURN}, {NP}",
    "{NP} {PLACE}",
    "Still singing of {NP}",
    "{NP} and {I}",
];

/// A thing in a verse.
pub(super) const TOLD_THING: &[&str] = &[
    "It {STARTS} with {A NP}",
    "{I} {remember} {NP}",
    "{NP} {PLACE}",
    "{PLACE}, {NP}",
    "{NP} and the {LOOK} {THING}",
    "It {IS} {A NP} {PLACE}",
    "{STUFF} and {NP} {PLACE}",
    "Tell {me} all about {NP}",
    "{I} {sing} of {NP} {TIME}",
    "{NP}, {END}",
    "The {SCENE} for {NP}",
    "{I} {know} {NP} by heart",
];

/// Where it is.
pub(super) const PLACES: &[&str] = &[
    "{PP} the {SCENE}",
    "{PP} {I} {ACT}",
    "The {SCENE} {PP}",
    "{STUFF} and {STUFF} {PP}",
    "{PP}, {END}",
    "There {IS} a {THING} {PP}",
    "{PP}, {TAIL}",
    "Here {PP}, {END}",
    "{SCENES} {PP}",
];

/// What somebody does.
pub(super) const DOINGS: &[&str] = &[
    "{ING}, {TAIL}",
    "Still {ING}",
    "{ING} {TIME}",
    "{I} {keep} on {ING}",
    "There {I} {go}, {ING}",
    "{ING}, {END}",
    "Always {ING}",
    "Oh, {ING}",
    "{ING}, {ING}",
    "{TURN}, {ING}",
    "{I} {will} {BASE}",
    "Let {me} {BASE}",
    "{ING} {PLACE}",
    "All {I} {do} is {BASE}",
];

/// What is told as it is.
pub(super) const CLAUSES: &[&str] = &[
    "{CLAUSE}",
    "Oh, {CLAUSE}",
    "{CLAUSE}, {TAIL}",
    "And {CLAUSE}",
    "{CLAUSE}, {END}",
    "You know {CLAUSE}",
    "{TURN}, {CLAUSE}",
    "{CLAUSE} {TIME}",
    "They say {CLAUSE}",
];

/// A quality.
pub(super) const QUALITIES: &[&str] = &[
    "Feeling {Q} {TIME}",
    "{Q} and {QUALITY} {TIME}",
    "Call it {Q}, {TAIL}",
    "So {Q}, so {QUALITY}",
    "{Q}, {END}",
    "Something {Q} {PLACE}",
    "{Q} as the {THING} {PLACE}",
    "{Q} {PLACE}",
];

/// Words in quotation marks.
pub(super) const QUOTES: &[&str] = &[
    "{QUOTE}",
    "{QUOTE}, {TAIL}",
    "Sing {QUOTE}",
    "{QUOTE}, {END}",
    "Oh, {QUOTE}",
    "{QUOTE}, {TURN}",
    "{QUOTE}, {QUOTE}",
];

/// Hooks without a word of the prompt.
pub(super) const OPEN_HOOKS: &[&str] = &[
    "{DREAM}, {TAIL}",
    "Oh, {DREAM}",
    "Take {me} back to {DREAM}",
    "All {I} {want} is {DREAM}",
    "{DREAM} and {DREAM}",
    "{TURN}, {DREAM}",
];
