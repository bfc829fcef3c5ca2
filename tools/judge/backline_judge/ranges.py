"""The ranges in which real songs lie; no measure may be missed by more than two of twenty songs."""

import math

#: Lowest and highest value by measure.
RANGES = {
    "contrast": (0.36, 0.67),
    "repetition": (0.77, 0.93),
    "onsets": (2.0, 5.0),
    "crest": (11.5, 18.7),
    "side_mid": (-19.0, -7.5),
    "correlation": (0.70, 0.975),
    "chord_changes": (39.0, 94.0),
}
#: The share of songs that may lie outside a range.
MISSES_ALLOWED = 0.1


def misses(found: dict) -> dict[str, str]:
    """The measures out of range, each with `low` or `high`."""
    out = {}
    for name, (low, high) in RANGES.items():
        value = found.get(name, math.nan)
        if not low <= value <= high:
            out[name] = "high" if value > high else "low"
    return out
