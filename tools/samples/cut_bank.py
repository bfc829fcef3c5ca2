#!/usr/bin/env python3
"""Cuts Backline's sample bank out of the FluidR3Mono sound font.

    python cut_bank.py PATH/TO/FluidR3Mono_GM.sf3 OUTPUT_FOLDER

Reads SoundFont 2 (PCM) and 3 (Vorbis) files, fetches nothing, and writes one Ogg Vorbis stream per instrument
plus index.json. The bank in crates/music/assets/samples was cut from the font of Debian's fluidr3mono-gm-soundfont
2.315-7 (SHA-256 cda013d8c370a48ae8dad271e761078d2e77455488dabdedbfbe5fc76a38c682) with numpy 2.4.6, scipy 1.17.1 and
soundfile 0.14.0 (libsndfile 1.2.2); the same font and versions give the same bytes.
"""
import io
import json
import math
import pathlib
import struct
import sys

import numpy as np
import soundfile
from scipy.signal import butter, lfilter, sosfiltfilt

# name: (GM program, least semitones between roots, lowest key, highest key, Vorbis quality, longest release in s)
INSTRUMENTS = {
    "acoustic_grand": (0, 4, 21, 108, 0.7, 0.6),
    "electric_piano": (4, 5, 28, 103, 0.6, 0.3),
    "vibraphone": (11, 3, 53, 89, 0.5, 0.9),
    "marimba": (12, 5, 45, 96, 0.4, 0.8),
    "rock_organ": (18, 5, 36, 96, 0.4, 0.12),
    "church_organ": (19, 5, 36, 96, 0.5, 0.8),
    "accordion": (21, 5, 53, 93, 0.5, 0.15),
    "harmonica": (22, 3, 60, 96, 0.5, 0.12),
    "nylon_guitar": (24, 3, 40, 88, 0.6, 0.35),
    "steel_guitar": (25, 3, 40, 88, 0.6, 0.35),
    "jazz_guitar": (26, 4, 40, 86, 0.4, 0.1),
    "clean_guitar": (27, 4, 40, 88, 0.5, 0.25),
    "muted_guitar": (28, 3, 40, 84, 0.4, 0.1),
    "overdriven_guitar": (29, 4, 40, 88, 0.5, 0.12),
    "distorted_guitar": (30, 4, 40, 88, 0.5, 0.12),
    "acoustic_bass": (32, 3, 28, 64, 0.6, 0.12),
    "fingered_bass": (33, 3, 28, 64, 0.6, 0.12),
    "violin": (40, 3, 55, 100, 0.6, 0.2),
    "cello": (42, 4, 36, 81, 0.5, 0.25),
    "pizzicato": (45, 4, 36, 96, 0.5, 0.4),
    "harp": (46, 4, 28, 103, 0.5, 0.9),
    "timpani": (47, 2, 36, 57, 0.4, 1.0),
    "strings": (48, 4, 28, 100, 0.6, 0.45),
    "choir_aahs": (52, 4, 36, 84, 0.5, 0.5),
    "trumpet": (56, 3, 54, 86, 0.6, 0.15),
    "trombone": (57, 3, 34, 77, 0.5, 0.18),
    "french_horns": (60, 4, 34, 77, 0.4, 0.3),
    "brass_section": (61, 4, 36, 86, 0.5, 0.25),
    "tenor_sax": (66, 3, 44, 80, 0.5, 0.15),
    "oboe": (68, 3, 58, 91, 0.5, 0.15),
    "clarinet": (71, 3, 50, 94, 0.5, 0.12),
    "flute": (73, 3, 60, 96, 0.5, 0.2),
}
STRETCHED = {"acoustic_grand"}  # its higher partials are sharp by nature: tuned by the two lowest
ONE_PARTIAL = {"timpani", "vibraphone", "marimba"}  # heard by their lowest strong partial
UNSOUND = {"Vibraphone A4(L)"}  # its loop holds half a period too much
# General MIDI key: (pan -1..1, longest seconds, mute group); a kit may take a key from another preset of bank 128.
DRUM_KEYS = {
    35: (0, 1.0, 0), 36: (0, 1.0, 0), 37: (0.1, 0.5, 0), 38: (0, 1.0, 0), 39: (0.05, 0.6, 0), 40: (0, 1.0, 0),
    41: (0.35, 1.2, 0), 42: (-0.25, 0.6, 1), 43: (0.25, 1.2, 0), 44: (-0.25, 0.6, 1), 45: (0.1, 1.2, 0),
    46: (-0.25, 1.8, 1), 47: (-0.05, 1.2, 0), 48: (-0.15, 1.2, 0), 49: (-0.4, 4.0, 0), 50: (-0.25, 1.2, 0),
    51: (0.4, 2.5, 0), 52: (0.45, 2.2, 0), 53: (0.4, 2.2, 0), 54: (0.3, 0.6, 0), 55: (-0.2, 1.6, 0),
    56: (0.2, 0.5, 0), 57: (0.4, 3.5, 0), 59: (0.4, 2.5, 0), 60: (-0.3, 0.5, 0), 61: (-0.3, 0.5, 0),
    62: (0.3, 0.5, 0), 63: (0.3, 0.8, 0), 64: (0.3, 0.8, 0), 65: (0.25, 1.0, 0), 66: (0.25, 1.0, 0),
    69: (-0.35, 0.4, 0), 70: (-0.35, 0.3, 0), 75: (0.2, 0.3, 0), 76: (0.2, 0.4, 0), 77: (0.2, 0.4, 0),
    80: (0.3, 0.5, 5), 81: (0.3, 1.6, 5), 82: (-0.35, 0.7, 0), 83: (0.3, 1.4, 0),
}
KITS = {"standard": 0, "jazz": 32, "brush": 40}  # preset of bank 128
# The font's balance, mended where it buries or shouts: by (kit, key) or by key.
DRUM_TRIM_DB = {("standard", 42): -5, ("standard", 44): -5, ("standard", 46): -6, ("brush", 42): -5, ("brush", 44): -5,
                ("brush", 46): -6, 54: -4, 69: -4, 70: -5, 82: -4, 35: -2, 36: -2}
DRUM_RATE, DRUM_QUALITY = 44100, 0.6
GAP = 1536          # silence between two zones of a stream, so that no codec block sees two zones
SEAL = 64           # samples over which the player mends each loop end after decoding (synth/sampler/decode.rs)
GUARD = 1024        # samples that go on past the loop end, for the codec and for interpolation
REFERENCE_DB = -20  # K-weighted level that `gain_db` brings a loud note of middle range to
RIDE_DB = -24       # the same for the first 150 ms of the ride cymbal that all kits share
NAMES = {8: "cutoff", 33: "delay", 34: "attack", 35: "hold", 36: "decay", 37: "sustain", 38: "release",
         41: "instrument", 43: "keys", 44: "velocities", 48: "attenuation", 51: "coarse", 52: "fine",
         53: "sample", 54: "loop", 57: "mute_group", 58: "root"}
DEFAULTS = {"cutoff": 13500, "delay": -12000, "attack": -12000, "hold": -12000, "decay": -12000, "release": -12000}


class Font:
    """The parts of a SoundFont file that a sampler needs."""

    def __init__(self, path):
        self.data = pathlib.Path(path).read_bytes()
        lists = dict(self._chunks(12, len(self.data), lists_only=True))
        self.samples_at = dict(self._chunks(*lists[b"sdta"]))[b"smpl"][0]
        tables = dict(self._chunks(*lists[b"pdta"]))
        formats = {b"phdr": "<20sHHHIII", b"pbag": "<HH", b"pgen": "<HH", b"inst": "<20sH", b"ibag": "<HH",
                   b"igen": "<HH", b"shdr": "<20sIIIIIBbHH"}
        self.table = {key: list(struct.iter_unpack(form, self.data[tables[key][0]:tables[key][1]]))
                      for key, form in formats.items()}

    def _chunks(self, at, end, lists_only=False):
        while at + 8 <= end:
            name, size = self.data[at:at + 4], struct.unpack_from("<I", self.data, at + 4)[0]
            if not lists_only:
                yield name, (at + 8, at + 8 + size)
            elif name == b"LIST":
                yield self.data[at + 8:at + 12], (at + 12, at + 8 + size)
            at += 8 + size
            # Odd chunks are padded, but some writers forget it.
            at += size & 1 and not (lists_only and self.data[at:at + 4] == b"LIST")

    def _zones(self, bags, generators, first, last, target):
        common = {}
        for number in range(first, last):
            zone = {}
            for operator, value in self.table[generators][self.table[bags][number][0]:self.table[bags][number + 1][0]]:
                name = NAMES.get(operator)
                if name in ("keys", "velocities"):
                    zone[name] = (value & 255, value >> 8)
                elif name:
                    signed = name not in ("instrument", "sample")
                    zone[name] = value - 65536 if signed and value > 32767 else value
                elif operator in (0, 1, 2, 3, 4, 12, 45, 50) and value:
                    raise SystemExit(f"sample offset generator {operator} is not supported")
            if target in zone:
                yield {**common, **zone}
            elif number == first:
                common = zone

    def preset(self, bank, program):
        """Every sample zone of a preset, with preset and instrument settings merged."""
        at = next(i for i, p in enumerate(self.table[b"phdr"][:-1]) if (p[2], p[1]) == (bank, program))
        zones = []
        first, last = (self.table[b"phdr"][at + i][3] for i in (0, 1))
        for outer in self._zones(b"pbag", b"pgen", first, last, "instrument"):
            first, last = (self.table[b"inst"][outer["instrument"] + i][1] for i in (0, 1))
            for zone in self._zones(b"ibag", b"igen", first, last, "sample"):
                for limit in ("keys", "velocities"):
                    a, b = zone.get(limit, (0, 127)), outer.get(limit, (0, 127))
                    zone[limit] = max(a[0], b[0]), min(a[1], b[1])
                for name, value in outer.items():
                    if name not in ("keys", "velocities", "instrument"):
                        zone[name] = zone.get(name, DEFAULTS.get(name, 0)) + value
                if zone["keys"][0] <= zone["keys"][1] and zone["velocities"][0] <= zone["velocities"][1]:
                    header = self.table[b"shdr"][zone["sample"]]
                    zone["root"] = zone["root"] if zone.get("root", -1) >= 0 else header[6]
                    zone["tune"] = zone.get("coarse", 0) * 100 + zone.get("fine", 0) + header[7]
                    whole = round(zone["tune"] / 100)
                    zone["root"], zone["tune"] = zone["root"] - whole, zone["tune"] - 100 * whole
                    zones.append({**DEFAULTS, **zone})
        return zones

    def sample(self, number):
        """(name, wave, rate, loop start, loop end) of one sample."""
        name, start, end, loop_start, loop_end, rate, _, _, _, kind = self.table[b"shdr"][number]
        if kind & 0x10:
            wave, _ = soundfile.read(io.BytesIO(self.data[self.samples_at + start:self.samples_at + end]), always_2d=True)
            wave = wave[:, 0]
        else:
            wave = np.frombuffer(self.data, "<i2", end - start, self.samples_at + 2 * start) / 32768
            loop_start, loop_end = loop_start - start, loop_end - start
        return name.split(b"\0")[0].decode("latin1"), wave.astype(np.float64), rate, loop_start, min(loop_end, len(wave))


def seconds(timecents):
    return 2 ** (timecents / 1200)


def level_db(wave):
    return 10 * math.log10(float(np.mean(np.square(wave))) + 1e-12)


def k_weighted(wave, rate):
    """Loudness filter of ITU-R BS.1770, made for any sample rate by the bilinear transform of its analogue form."""
    def biquad(b, a):
        k = 2 * rate
        poly = lambda c: [c[0] * k * k + c[1] * k + c[2], 2 * c[2] - 2 * c[0] * k * k, c[0] * k * k - c[1] * k + c[2]]
        return lfilter(np.array(poly(b)) / poly(a)[0], np.array(poly(a)) / poly(a)[0], wave)
    w, q, g = 2 * math.pi * 1681.97, 0.7072, 10 ** (3.99984 / 20)
    wave = biquad((g, g ** 0.4997 * w / q, w * w), (1, w / q, w * w))
    w, q = 2 * math.pi * 38.135, 0.5003
    return biquad((1, 0, 0), (1, w / q, w * w))


def reaches(wave, rate, share):
    """The first sample at which the wave rises to a share of its early peak."""
    early = np.abs(wave[:int(0.5 * rate)])
    return int(np.argmax(early > early.max() * share))


def onset(wave, rate, struck):
    """First sample worth keeping; what comes more than 10 ms before a stroke is noise of the hand and goes too."""
    begin = reaches(wave, rate, 1 / 200) - 24
    return max(0, begin, reaches(wave, rate, 0.25) - int(0.01 * rate) if struck else 0)


def period_cents(wave, rate, expected_hz):
    """(cents off the expected pitch, likeness of successive periods 0..1), from the autocorrelation."""
    length = min(len(wave), int(rate * 1.5))
    if length < 6 * rate / expected_hz:
        return 0.0, 0.0
    wave = wave[:length] - np.mean(wave[:length])
    power = np.abs(np.fft.rfft(wave, 1 << (2 * length - 1).bit_length())) ** 2
    energy = np.concatenate(([0.0], np.cumsum(wave ** 2)))
    lags = np.arange(length)
    likeness = np.fft.irfft(power)[:length] / (np.sqrt(energy[length - lags] * (energy[length] - energy[lags])) + 1e-9)
    period, off, sure, multiple = rate / expected_hz, 0.0, 0.0, 1
    while multiple * period < min(0.1 * rate, length / 3):
        centre = multiple * period * 2 ** (-off / 1200)
        reach = multiple * period * (2 ** (60 / multiple ** 0.7 / 1200) - 1) + 1
        a, b = int(max(2, centre - reach)), int(centre + reach) + 2
        peak = a + int(np.argmax(likeness[a:b]))
        if peak in (a, b - 1) or likeness[peak] < 0.6:
            break
        x, y, z = likeness[peak - 1:peak + 2]
        off, sure = -1200 * math.log2((peak + 0.5 * (x - z) / (x - 2 * y + z)) / (multiple * period)), float(y)
        multiple *= 2
    return off, sure


def partial_cents(wave, rate, expected_hz, partials):
    """Cents off the expected pitch, as the centre of gravity of the partials: the mean pitch of vibrato and sections."""
    wave = wave[:2 * rate]
    size = 1 << 18
    power = np.abs(np.fft.rfft(wave * np.hanning(len(wave)), size)) ** 2
    hertz, off = np.fft.rfftfreq(size, 1 / rate), 0.0
    for width in (90, 75, 60, 60, 60):
        found = []
        for partial in partials:
            centre = partial * expected_hz * 2 ** (off / 1200)
            if centre > 0.45 * rate:
                break
            a, b = np.searchsorted(hertz, (centre * 2 ** (-width / 1200), centre * 2 ** (width / 1200)))
            cents = 1200 * np.log2(hertz[a:b] / (partial * expected_hz))
            found.append((float(np.dot(power[a:b], cents) / power[a:b].sum()), float(power[a:b].sum()) ** 0.3))
        off = sum(c * w for c, w in found) / sum(w for _, w in found)
    return off


def mistuning(name, wave, rate, loop, dies_away, expected_hz):
    """Cents by which a prepared sample misses the pitch that the font gives it."""
    begin = int(0.05 * rate)
    if dies_away and loop and loop[1] > 0.6 * rate:  # a string sinks a little while it rings: its first second counts
        steady = wave[begin:min(loop[1], int(1.3 * rate))]
    elif loop and loop[1] - loop[0] > 0.25 * rate:
        steady = wave[loop[0]:loop[1]]
    elif loop:
        steady = np.concatenate([wave[max(begin, loop[0] - rate // 4):loop[1]], np.resize(wave[loop[0]:loop[1]], rate)])
    else:
        steady = wave[begin:2 * rate] if name in ONE_PARTIAL else wave[begin // 2:rate // 2]
    off, sure = period_cents(steady, rate, expected_hz)
    if name in ONE_PARTIAL:
        off = partial_cents(steady, rate, expected_hz, (1,))
    elif name in STRETCHED:
        off = partial_cents(steady, rate, expected_hz, (1, 2)) if expected_hz > 140 else 0.0
    elif dies_away and sure < 0.93 and loop and loop[1] > 0.6 * rate:
        off = 0.0  # not clear enough to mend the font
    elif sure < 0.9 and expected_hz > 130 and loop:
        off = partial_cents(steady, rate, expected_hz, (1, 2, 3, 4, 5, 6))
    return off if abs(off) < 60 else 0.0


def seal_loop(wave, start, end, rate):
    """Cross-fades the end of the loop into what leads up to its start, so that a plain jump is smooth."""
    count = min(start, (end - start) // 4, int(0.012 * rate))
    if count < 4:
        return wave
    old, new = wave[end - count:end].copy(), wave[start - count:start]
    fade = 0.5 - 0.5 * np.cos(np.pi * (np.arange(count) + 1) / (count + 1))
    likeness = float(np.dot(old, new) / (np.sqrt(np.dot(old, old) * np.dot(new, new)) + 1e-12))
    power = np.sqrt((1 - fade) ** 2 + fade ** 2 + 2 * max(0.0, likeness) * fade * (1 - fade))
    wave[end - count:end] = (old * (1 - fade) + new * fade) / power
    return wave


def prepare(font, zone, longest=None):
    """Cuts one sample to onset and end, removes DC, seals the loop. Returns wave, rate, loop, how much was removed."""
    name, wave, rate, loop_start, loop_end = font.sample(zone["sample"])
    looped = bool(zone.get("loop", 0) & 1) and loop_end - loop_start > 8
    if looped:
        wave = wave[:loop_end] - np.mean(wave[loop_start:loop_end])
    else:
        wave = sosfiltfilt(butter(1, 20, "highpass", fs=rate, output="sos"), wave)
        loud = np.nonzero(np.abs(wave) > np.abs(wave).max() / 3000)[0]
        wave = wave[:min(len(wave), int(loud[-1]) + 64, int((longest or 9) * rate))].copy()
        fade = min(len(wave) // 4, int((0.3 if longest and longest > 1.5 else 0.03) * rate))
        wave[-fade:] *= 0.5 + 0.5 * np.cos(np.pi * np.arange(1, fade + 1) / fade)
    struck = zone.get("sustain", 0) >= 100 or not looped
    begin = min(onset(wave, rate, struck), loop_start if looped else len(wave))
    quiet = begin < reaches(wave, rate, 1 / 100)
    wave = wave[begin:].copy()
    head = min(begin, 16) + 1 if quiet else int(0.004 * rate)
    wave[:head] *= np.arange(1, head + 1) / head
    if looped:
        loop_start, loop_end = loop_start - begin, loop_end - begin
        wave = seal_loop(wave, loop_start, loop_end, rate)
        # A loop of a few periods gives the codec little to hold on to: repeat it.
        length, times = loop_end - loop_start, 1
        while length * times < 0.08 * rate:
            times *= 2
        wave = np.concatenate([wave, np.tile(wave[loop_start:], times - 1)])
        loop_end += length * (times - 1)
        again = np.resize(wave[loop_start:loop_end], GUARD)
        wave = np.concatenate([wave, again])
        wave[-256:] *= np.linspace(1, 0, 256)
        return name, wave, rate, (loop_start, loop_end), begin
    return name, wave, rate, None, begin


def thin(zones, spacing, low, high):
    """Keeps zones whose roots are `spacing` apart inside the playable range, and spreads the keys among them."""
    kept = []
    for zone in sorted(zones, key=lambda z: z["root"]):
        if (not kept or zone["root"] - kept[-1]["root"] >= spacing) and low - 12 <= zone["root"] <= high + 2:
            kept.append(zone)
    while len(kept) > 1 and kept[1]["root"] <= low:
        kept.pop(0)
    edges = [low] + [(2 * a["root"] + b["root"]) // 3 + 1 for a, b in zip(kept, kept[1:])] + [high + 1]
    for zone, first, after in zip(kept, edges, edges[1:]):
        zone["keys"] = max(low, first), min(high, after - 1)
    kept = [zone for zone in kept if zone["keys"][0] <= zone["keys"][1]]
    kept[0]["keys"] = low, kept[0]["keys"][1]
    return kept


def ogg_checksum(page):
    value = 0
    for byte in page:
        value = ((value << 8) & 0xFFFFFFFF) ^ CRC[(value >> 24) ^ byte]
    return value


def _crc_table():
    for byte in range(256):
        value = byte << 24
        for _ in range(8):
            value = ((value << 1) ^ (0x04C11DB7 if value & 0x80000000 else 0)) & 0xFFFFFFFF
        yield value


CRC = list(_crc_table())


def encode(wave, rate, quality):
    """Ogg Vorbis with a fixed stream serial number: the writer draws one at random."""
    out = io.BytesIO()
    with soundfile.SoundFile(out, "w", rate, 1, format="OGG", subtype="VORBIS", compression_level=1 - quality) as file:
        for at in range(0, len(wave), 65536):  # the Vorbis writer overflows its stack on very long blocks
            file.write(wave[at:at + 65536])
    data, at = bytearray(out.getvalue()), 0
    while at < len(data):
        segments = data[at + 26]
        end = at + 27 + segments + sum(data[at + 27:at + 27 + segments])
        data[at + 14:at + 18] = struct.pack("<I", 1)
        data[at + 22:at + 26] = bytes(4)
        data[at + 22:at + 26] = struct.pack("<I", ogg_checksum(data[at:end]))
        at = end
    return bytes(data)


class Stream:
    """The zones of one file, one after the other, with silence between them."""

    def __init__(self, rate):
        self.rate, self.parts, self.length = rate, [np.zeros(GAP)], GAP

    def add(self, wave):
        start = self.length
        self.parts += [wave, np.zeros(GAP)]
        self.length += len(wave) + GAP
        return start

    def bytes(self, quality):
        return encode(np.concatenate(self.parts), self.rate, quality)


def cut_instrument(font, name, program, spacing, low, high, quality, longest_release):
    zones = font.preset(0, program)
    steps = sorted({(z["velocities"], z["cutoff"]) for z in zones})
    loud, seen = [], set()
    for zone in sorted((z for z in zones if z["velocities"][0] <= 100 <= z["velocities"][1]), key=lambda z: -z["cutoff"]):
        if zone["sample"] not in seen and font.sample(zone["sample"])[0] not in UNSOUND:
            seen.add(zone["sample"])
            loud.append(zone)
    loud = thin(loud, spacing, low, high)
    rate = font.sample(loud[0]["sample"])[2]
    stream, rows, levels = Stream(rate), [], []
    for zone in loud:
        source, wave, zone_rate, loop, begin = prepare(font, zone)
        if zone_rate != rate:
            raise SystemExit(f"{name}: zones of different sample rates")
        peak = np.abs(wave).max()
        expected = 440 * 2 ** ((zone["root"] - zone["tune"] / 100 - 69) / 12)
        off = mistuning(name, wave, rate, loop, zone.get("sustain", 0) >= 900, expected)
        tune = round(zone["tune"] - off, 1)
        # What a listener hears of a note of half a second or more: the loop goes on, a struck note dies away.
        body = np.concatenate([wave[:loop[1]], np.resize(wave[loop[0]:loop[1]], rate // 2)]) if loop else wave
        level = level_db(k_weighted(body[:int(0.6 * rate)] / peak, rate))
        wave = wave / peak * 0.89
        start = stream.add(wave)
        row = {"source": source, "start": start, "length": len(wave), "root_key": zone["root"], "tune_cents": tune,
               "keys": list(zone["keys"]), "velocities": [0, 127]}
        if loop:
            row["loop"] = [loop[0], loop[1]]
        row["onset_ms"] = round(1000 * reaches(wave, rate, 0.3) / rate, 1)
        row["hold_s"] = round(max(0.0, seconds(zone["hold"])), 3) if zone["hold"] > -8000 else 0.0
        if zone.get("sustain", 0) >= 900:
            row["decay_db_per_s"] = round(100 / max(0.05, seconds(zone["decay"])), 2)
        elif zone.get("sustain", 0) > 5 and seconds(zone["decay"]) > 0.01:
            row["decay_db_per_s"] = round(100 / max(0.05, seconds(zone["decay"])), 2)
            row["sustain_db"] = round(-zone["sustain"] / 10, 1)
        rows.append(row)
        # 0.4: what common players make of the font's attenuation figures.
        levels.append(level + 20 * math.log10(peak) - 0.4 * zone.get("attenuation", 0) / 10)
        row["gain_db"] = -0.4 * zone.get("attenuation", 0) / 10 + 20 * math.log10(peak / 0.89)
        row["_off"] = off
    # The font's balance between keys is kept as a straight line over the keys; single zones may stray 1 dB from it.
    keys = np.array([r["root_key"] for r in rows], float)
    trend = np.polyval(np.polyfit(keys, levels, 1 if len(rows) > 3 else 0), keys)
    middle = float(np.interp(np.clip((low + high) / 2, keys[0], keys[-1]), keys, trend))
    for row, level, line in zip(rows, levels, trend):
        mended = line + float(np.clip(level - line, -1, 1))
        row["gain_db"] = round(row["gain_db"] + mended - level + REFERENCE_DB - middle, 2)
    attack = max(seconds(z["attack"]) for z in loud)
    release = min(longest_release, max(0.06, max(seconds(z["release"]) for z in loud) * 0.6))
    by_velocity = {}
    for (_, last), cents in steps:
        by_velocity[last] = max(by_velocity.get(last, 0), min(20000, round(8.176 * 2 ** (cents / 1200))))
    bands = sorted(by_velocity.items())
    cutoffs = [[last, hertz] for (last, hertz), after in zip(bands, bands[1:] + [(0, 0)]) if after[1] != hertz]
    entry = {"file": f"{name}.ogg", "gm_program": program, "sample_rate": rate, "samples": stream.length,
             "playable_keys": [low, high], "attack_s": round(max(0.001, attack), 3), "release_s": round(release, 2),
             "pan": 0.0, "velocity_cutoff_hz": cutoffs, "zones": rows}
    return entry, stream.bytes(quality)


def cut_drums(font):
    stream, placed, kits = Stream(DRUM_RATE), {}, {}
    for kit, program in KITS.items():
        keys, ride_level = {}, 0.0
        loudest = [z for z in font.preset(128, program) if z["velocities"][0] <= 110 <= z["velocities"][1]]
        for key, (pan, longest, mute_group) in DRUM_KEYS.items():
            zone = next((z for z in loudest if z["keys"][0] <= key <= z["keys"][1]), None)
            if zone is None:
                continue
            if zone["sample"] not in placed:
                source, wave, rate, _, _ = prepare(font, {**zone, "loop": 0}, longest)
                if rate != DRUM_RATE:
                    raise SystemExit(f"drum sample {source} has another rate")
                peak = np.abs(wave).max() / 0.89
                level = level_db(k_weighted(wave / peak, rate)[:int(0.15 * rate)])
                placed[zone["sample"]] = source, stream.add(wave / peak), len(wave), 20 * math.log10(peak), level
            source, start, length, peak_db, level = placed[zone["sample"]]
            gain = peak_db - 0.4 * zone.get("attenuation", 0) / 10
            ride_level = level + gain if key == 51 else ride_level
            gain += DRUM_TRIM_DB.get((kit, key), DRUM_TRIM_DB.get(key, 0))
            keys[str(key)] = {"source": source, "start": start, "length": length, "gain_db": gain, "pan": pan,
                              "tune_cents": 100 * (key - zone["root"]) + zone["tune"], "mute_group": mute_group}
        for entry in keys.values():
            entry["gain_db"] = round(entry["gain_db"] - ride_level + RIDE_DB, 2)
        kits[kit] = keys
    return {"file": "drums.ogg", "sample_rate": DRUM_RATE, "samples": stream.length, "kits": kits}, stream.bytes(DRUM_QUALITY)


def main(source, target):
    font, target = Font(source), pathlib.Path(target)
    target.mkdir(parents=True, exist_ok=True)
    index = {"format": 1, "encoding": "Ogg Vorbis, mono", "seal_samples": SEAL, "instruments": {}, "drums": {}}
    total = 0
    for name, settings in INSTRUMENTS.items():
        entry, data = cut_instrument(font, name, *settings)
        report = [(r["root_key"], r.pop("_off")) for r in entry["zones"]]
        (target / entry["file"]).write_bytes(data)
        entry["bytes"] = len(data)
        index["instruments"][name] = entry
        total += len(data)
        print(f"{name:18} {len(entry['zones']):3} zones {entry['samples'] / entry['sample_rate']:6.1f} s {len(data) / 1000:7.1f} kB",
              " ".join(f"{k}:{o:+.1f}" for k, o in report) if "-v" in sys.argv else "")
    index["drums"], data = cut_drums(font)
    (target / index["drums"]["file"]).write_bytes(data)
    index["drums"]["bytes"] = len(data)
    total += len(data)
    print(f"drums {index['drums']['samples'] / DRUM_RATE:.1f} s {len(data) / 1000:.1f} kB; all {total / 1e6:.2f} MB")
    (target / "index.json").write_text(compact(index) + "\n")


def compact(value, depth=0):
    """JSON with one zone or drum key a line."""
    def flat(item):
        return not isinstance(item, dict) and not (isinstance(item, list) and item and isinstance(item[0], dict))

    pad = " " * depth
    if isinstance(value, list) and not flat(value):
        return "[\n" + ",\n".join(f"{pad} {json.dumps(item)}" for item in value) + f"\n{pad}]"
    if isinstance(value, dict) and not ("source" in value and all(map(flat, value.values()))):
        lines = (f"{pad} {json.dumps(key)}: {compact(item, depth + 1)}" for key, item in value.items())
        return "{\n" + ",\n".join(lines) + f"\n{pad}}}"
    return json.dumps(value)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        raise SystemExit(__doc__)
    main(sys.argv[1], sys.argv[2])
