"""The edits of the embedded engine, as what they are: compared sample for sample where that is promised."""

import io
import wave
import zipfile
from typing import Any

import numpy as np
import pytest
from acedatacloud import AceDataCloud
from media import fetched, film

LYRIC = "[Verse]\nRain on the roof of a small house\n[Chorus]\nRain, rain, come again"
RATE = 44_100


def samples(wav: bytes) -> np.ndarray:
    with wave.open(io.BytesIO(wav)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (2, 2, RATE)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2).astype(np.int32)


def master(client: AceDataCloud, audio_id: str) -> np.ndarray:
    (wav,) = client.producer.wav(audio_id=audio_id)["data"]
    return samples(fetched(wav["file_url"]))


def made(client: AceDataCloud, action: str, **more: Any) -> dict[str, Any]:
    handle = client.producer.generate(action=action, lyric=more.pop("lyric", ""), prompt="", async_=False, **more)
    return handle.result()["response"]["data"][0]


@pytest.fixture(scope="module")
def song(client: AceDataCloud) -> tuple[dict[str, Any], np.ndarray]:
    item = made(client, "generate", lyric=LYRIC, custom=True, seed="7")
    return item, master(client, item["id"])


def test_an_extension_keeps_the_song_up_to_where_it_continues(client: AceDataCloud, song: Any) -> None:
    item, before = song
    after = master(client, made(client, "extend", audio_id=item["id"], continue_at=20.0)["id"])
    # The one crossfade ends before the new part begins to count.
    kept = int(19.5 * RATE)
    assert np.array_equal(after[:kept], before[:kept])
    assert len(after) > int(20.0 * RATE)


def test_a_replaced_section_leaves_the_rest_as_it_was(client: AceDataCloud, song: Any) -> None:
    item, before = song
    window = {"replace_section_start": 10.0, "replace_section_end": 14.0}
    after = master(client, made(client, "replace_section", audio_id=item["id"], **window)["id"])
    fade = int(0.05 * RATE)
    assert len(after) == len(before)
    assert np.array_equal(after[: 10 * RATE - fade], before[: 10 * RATE - fade])
    assert np.array_equal(after[14 * RATE + fade :], before[14 * RATE + fade :])
    assert not np.array_equal(after[11 * RATE : 13 * RATE], before[11 * RATE : 13 * RATE])


def test_stems_add_up_to_the_song(client: AceDataCloud, song: Any) -> None:
    item, mix = song
    archive = fetched(made(client, "stems", audio_id=item["id"])["stems_url"])
    with zipfile.ZipFile(io.BytesIO(archive)) as parts:
        part = {name.removesuffix(".wav"): samples(parts.read(name)) for name in parts.namelist()}
    assert set(part) == {"vocals", "drums", "bass", "other", "instrumental"}
    assert np.array_equal(part["vocals"] + part["instrumental"], mix)
    assert np.array_equal(part["drums"] + part["bass"] + part["other"], part["instrumental"])


def test_a_film_shows_the_song(client: AceDataCloud, song: Any) -> None:
    item, mix = song
    width, height, seconds = film(fetched(client.producer.videos(audio_id=item["id"])["data"]["video_url"]))
    assert (width, height) == (1280, 720)
    assert seconds == pytest.approx(len(mix) / RATE, abs=0.2)


def test_words_stay_on_their_subject(client: AceDataCloud) -> None:
    rain = client.producer.lyrics(prompt={"text": "rain on the roof"})["data"]
    assert "[Chorus]" in rain["text"] and rain["title"]
    assert rain["text"] != client.producer.lyrics(prompt={"text": "a train at night"})["data"]["text"]
