"""The edits of the embedded engine, as what they are: compared sample for sample where that is promised."""

import io
import wave
import zipfile
from collections.abc import Iterator
from typing import Any

import av
import numpy as np
import pytest
import requests
from acedatacloud import AceDataCloud
from serving import PRIVATE, serving
from media import fetched, film

LYRIC = "[Verse]\nRain on the roof of a small house\n[Chorus]\nRain, rain, come again"
RATE = 44_100


def samples(wav: bytes) -> np.ndarray:
    with wave.open(io.BytesIO(wav)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (2, 2, RATE)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2).astype(np.int32)


def heard(m4a: bytes) -> np.ndarray:
    """What a foreign decoder makes of it, in the steps of the master."""
    with av.open(io.BytesIO(m4a)) as container:
        frames = [frame.to_ndarray() for frame in container.decode(container.streams.audio[0])]
    return np.concatenate(frames, axis=1).T * 32_768


def error(decoded: np.ndarray, meant: np.ndarray) -> float:
    """The root mean square of the difference, wherever the decoder lets the sound begin."""
    starts = range(0, 4 * 1024, 1024)
    return min(float(np.sqrt(np.mean((decoded[at : at + len(meant)] - meant) ** 2))) for at in starts)


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
    longer = made(client, "extend", audio_id=item["id"], continue_at=20.0)
    after = master(client, longer["id"])
    # The one crossfade ends before the new part begins to count.
    kept = int(19.5 * RATE)
    assert np.array_equal(after[:kept], before[:kept])
    assert len(after) > int(20.0 * RATE)
    # So it does in what listeners get: it is no farther from the song than the codec is.
    start = before[: 19 * RATE]
    codec = error(heard(fetched(item["audio_url"])), start)
    extended = error(heard(fetched(longer["audio_url"])), start)
    assert extended < 1.05 * codec and codec < 0.1 * np.sqrt(np.mean(start.astype(float) ** 2)), (extended, codec)


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


BOUND = 20


class Short:
    """A server whose songs are short, with a song of its own."""

    def __init__(self, url: str, token: str, client: AceDataCloud) -> None:
        self.url, self.token, self.client = url, token, client
        self.item, self.task = self.make("generate", lyric=LYRIC, custom=True, seed="7")
        self.mix = master(client, self.item["id"])

    def make(self, action: str, **more: Any) -> tuple[dict[str, Any], str]:
        order = {"lyric": "", "prompt": "", **more}
        record = self.client.producer.generate(action=action, async_=False, **order).result()
        return record["response"]["data"][0], record["response"]["task_id"]

    def edit(self, action: str) -> tuple[dict[str, Any], str, np.ndarray]:
        item, task = self.make(action, audio_id=self.item["id"], seed="8")
        return item, task, master(self.client, item["id"])

    def parts(self, task: str) -> dict[str, np.ndarray]:
        """The stems that are made when somebody asks for them."""
        headers = {"authorization": f"Bearer {self.token}"}
        asked = {"id": task, "include": ["assets"]}
        answer = requests.post(f"{self.url}/producer/tasks", json=asked, headers=headers, timeout=60).json()
        with zipfile.ZipFile(io.BytesIO(fetched(answer["assets"]["stems_url"]))) as parts:
            return {name.removesuffix(".wav"): samples(parts.read(name)) for name in parts.namelist()}


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Short]:
    settings = {**PRIVATE, "BACKLINE_LIMITS__SONG_SECONDS": str(BOUND)}
    with serving(tmp_path_factory.mktemp("short"), **settings) as running:
        token = running.token()
        with running.client(token) as client:
            yield Short(running.url, token, client)


def test_a_song_is_written_within_the_servers_bound(short: Short) -> None:
    assert 0.4 * BOUND < len(short.mix) / RATE <= BOUND


@pytest.mark.parametrize("action", ["cover", "variation"])
def test_the_whole_song_again_is_another_with_the_same_words(short: Short, action: str) -> None:
    item, _, mix = short.edit(action)
    assert item["lyric"] == short.item["lyric"]
    assert 0.8 < len(mix) / len(short.mix) < 1.25
    both = min(len(mix), len(short.mix))
    assert not np.array_equal(mix[:both], short.mix[:both])


def test_swaps_change_one_half_and_leave_the_other(short: Short) -> None:
    before = short.parts(short.task)
    assert np.array_equal(before["vocals"] + before["instrumental"], short.mix)
    halves = {"swap_vocals": ("instrumental", "vocals"), "swap_instrumentals": ("vocals", "instrumental")}
    for action, (held, new) in halves.items():
        _, task, mix = short.edit(action)
        after = short.parts(task)
        assert np.array_equal(after[held], before[held]), action
        assert not np.array_equal(after[new], before[new]), action
        assert np.array_equal(after["vocals"] + after["instrumental"], mix), action
