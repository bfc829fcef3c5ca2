"""A song as data: its files and the tags of its sound, read by foreign libraries."""

import io
import json
import math
import re
import struct
import wave
from typing import Any

import av
import httpx
import mido
import pytest
from mutagen.mp4 import MP4

LYRIC = "[Verse]\nShoes on my feet I’m ready to run\n在陽光下醒來\n[Chorus]\nHappy days are rolling in"
LINES = [line for line in LYRIC.splitlines() if not line.startswith("[")]
ORDER = {"lyric": LYRIC, "title": "Ready & <run>", "style": "pop, 104 bpm, in D major", "custom": True, "seed": "11"}
SAMPLE_RATE = 44_100


@pytest.fixture(scope="module")
def http(server: Any, token: str) -> Any:
    with httpx.Client(base_url=server.url, headers={"authorization": f"Bearer {token}"}, timeout=120) as http:
        yield http


@pytest.fixture(scope="module")
def record(http: httpx.Client) -> dict[str, Any]:
    task = http.post("/producer/audios", json=ORDER).json()["task_id"]
    return http.post("/producer/tasks", json={"id": task, "include": ["assets"]}).json()


@pytest.fixture(scope="module")
def fetch(http: httpx.Client, record: dict[str, Any]) -> Any:
    return lambda key: http.get(record["assets"][f"{key}_url"]).raise_for_status().content


@pytest.fixture(scope="module")
def sections(fetch: Any) -> dict[str, Any]:
    return json.loads(fetch("sections"))


@pytest.fixture(scope="module")
def words(fetch: Any) -> dict[str, Any]:
    return json.loads(fetch("words"))


@pytest.fixture(scope="module")
def sound(http: httpx.Client, record: dict[str, Any]) -> bytes:
    return http.get(record["response"]["data"][0]["audio_url"]).content


def test_the_midi_file_has_every_part_in_time(fetch: Any, record: dict[str, Any], sections: dict[str, Any]) -> None:
    midi = mido.MidiFile(file=io.BytesIO(fetch("midi")), charset="utf-8")
    plan = record["assets"]["plan"]
    assert midi.type == 1 and len(midi.tracks) == 1 + len(plan["instruments"])
    conductor, *parts = midi.tracks
    (tempo,) = (message for message in conductor if message.type == "set_tempo")
    assert mido.tempo2bpm(tempo.tempo) == pytest.approx(104, rel=1e-4)
    (key,) = (message for message in conductor if message.type == "key_signature")
    assert (key.key, sections["key"]) == ("D", "D major")
    (signature,) = (message for message in conductor if message.type == "time_signature")
    assert f"{signature.numerator}/{signature.denominator}" == sections["time_signature"]
    at, markers = 0, []
    for message in conductor:
        at += message.time
        if message.type == "marker":
            markers.append((message.text, mido.tick2second(at, midi.ticks_per_beat, tempo.tempo)))
    assert [name for name, _ in markers] == [section["name"] for section in sections["sections"]]
    for (_, second), section in zip(markers, sections["sections"], strict=True):
        assert second == pytest.approx(section["start_seconds"], abs=0.01)
    assert midi.length == pytest.approx(float(record["response"]["data"][0]["duration"]), abs=0.01)
    for track in parts:
        notes = [message for message in track if message.type == "note_on"]
        assert {message.channel for message in notes} <= ({9} if track.name == "Drums" else set(range(16)) - {9})
        struck: dict[int, int] = {}
        for message in track:
            if message.type in ("note_on", "note_off"):
                struck[message.note] = struck.get(message.note, 0) + (1 if message.type == "note_on" else -1)
                assert struck[message.note] in (0, 1), "no key sounds twice at once"
        assert not any(struck.values())
    assert {track.name for track in parts} >= {"Drums", "Bass", "Chords", "Lead"}
    assert len({track[1].channel for track in parts}) == len(parts), "a channel each"


def test_the_leads_track_has_the_lyric(fetch: Any, words: dict[str, Any]) -> None:
    midi = mido.MidiFile(file=io.BytesIO(fetch("midi")), charset="utf-8")
    (lead,) = (track for track in midi.tracks if track.name == "Lead")
    sung = "".join(message.text for message in lead if message.type == "lyrics")
    lines = [line.replace(" ", "") for line in re.split(r"[\r\n]", sung) if line]
    assert lines == [line["text"].replace(" ", "") for line in words["lines"]]
    # Each word begins with a note.
    for before, message in zip(lead, lead[1:], strict=False):
        if before.type == "lyrics":
            assert message.time == 0 and message.type == "note_on"


def test_every_line_is_sung_or_told_as_unsung(words: dict[str, Any], sections: dict[str, Any]) -> None:
    texts = [line["text"] for line in words["lines"]] + [line["text"] for line in words["unsung"]]
    assert sorted(set(texts)) == sorted(LINES)
    starts = [line["start_seconds"] for line in words["lines"]]
    assert starts == sorted(starts) and len(starts) >= 2
    ids = {section["id"] for section in sections["sections"]}
    for line in words["lines"]:
        assert line["section"] in ids
        assert all(word["is_said"] for word in line["words"])
        assert all(word["start_seconds"] < word["end_seconds"] for word in line["words"])


def test_lrc_and_webvtt_tell_the_same_words(fetch: Any, words: dict[str, Any]) -> None:
    lrc, vtt = fetch("lrc").decode(), fetch("vtt").decode()
    assert lrc.startswith("[ti:Ready & (run)]\n[length:")
    timed = re.findall(r"^\[(\d\d):(\d\d\.\d\d)\](.*)$", lrc, re.MULTILINE)
    assert [re.sub(r"<[\d:.]+>", "", text) for _, _, text in timed] == [line["text"] for line in words["lines"]]
    for (minutes, seconds, text), line in zip(timed, words["lines"], strict=True):
        assert int(minutes) * 60 + float(seconds) == pytest.approx(line["start_seconds"], abs=0.006)
        assert len(re.findall(r"<\d\d:\d\d\.\d\d>", text)) == len(line["words"]) + 1
    with av.open(io.BytesIO(vtt.encode()), format="webvtt") as container:
        cues = [bytes(packet).decode() for packet in container.demux() if packet.size]
    assert [re.sub(r"<[\d:.]+>", "", cue).strip() for cue in cues] == [line["text"] for line in words["lines"]]


def test_the_waveform_is_as_long_as_the_song(fetch: Any, record: dict[str, Any]) -> None:
    shape = json.loads(fetch("waveform"))
    samples = float(record["response"]["data"][0]["duration"]) * SAMPLE_RATE
    assert (shape["version"], shape["channels"], shape["bits"]) == (2, 1, 8)
    assert shape["length"] == math.ceil(samples / shape["samples_per_pixel"]) == len(shape["data"]) / 2
    low, high = shape["data"][::2], shape["data"][1::2]
    assert all(one <= other for one, other in zip(low, high, strict=True))
    assert -128 <= min(low) < -20 and 20 < max(high) <= 127


def test_the_loop_lasts_whole_bars_and_has_no_seam(fetch: Any, sections: dict[str, Any]) -> None:
    file = fetch("loop")
    with wave.open(io.BytesIO(file)) as loop:
        assert (loop.getframerate(), loop.getnchannels(), loop.getsampwidth()) == (SAMPLE_RATE, 2, 2)
        frames = loop.getnframes()
        left = struct.unpack(f"<{2 * frames}h", loop.readframes(frames))[::2]
    told = sections["chorus_loop"]
    assert frames == told["end_sample"] - told["start_sample"]
    bar = SAMPLE_RATE * 60 / 104 * int(sections["time_signature"][0])
    assert frames / bar == pytest.approx(round(frames / bar), abs=1e-3)
    (chorus,) = (section for section in sections["sections"] if section["id"] == told["section"])
    assert chorus["start_seconds"] * SAMPLE_RATE == pytest.approx(told["start_sample"], abs=1)
    steps = sorted(abs(one - other) for one, other in zip(left, left[1:], strict=False))
    assert abs(left[0] - left[-1]) <= steps[int(len(steps) * 0.999)], "no click where it goes round"
    assert b"smpl" in file[:120]


def test_the_sound_tells_title_words_cover_and_chapters(sound: bytes, sections: dict[str, Any]) -> None:
    names = [section["name"] for section in sections["sections"]]
    starts = [section["start_seconds"] for section in sections["sections"]]
    tagged = MP4(io.BytesIO(sound))
    assert tagged.tags["\xa9nam"] == [ORDER["title"]]
    assert tagged.tags["\xa9lyr"] == [LYRIC]
    assert bytes(tagged.tags["covr"][0])[:3] == b"\xff\xd8\xff"
    assert [chapter.title for chapter in tagged.chapters] == names
    assert [chapter.start for chapter in tagged.chapters] == pytest.approx(starts, abs=1e-3)
    with av.open(io.BytesIO(sound)) as container:
        chapters = container.chapters()
        assert [chapter["metadata"]["title"] for chapter in chapters] == names
        assert [float(chapter["start"] * chapter["time_base"]) for chapter in chapters] == pytest.approx(starts, abs=1e-3)
        assert len(container.streams.audio) == 1
