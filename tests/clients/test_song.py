"""One song: ordered over plain HTTP, called back, found again, and decoded with foreign libraries."""

import io
import json
import math
import queue
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import av
import httpx
import pytest
from PIL import Image

PATIENCE_SECONDS = 120
SAMPLE_RATE = 44_100
ORDER = {
    "action": "generate",
    "model": "FUZZ-2.0 Pro",
    "instrumental": False,
    "lyric": "[Verse]\nShoes on my feet I’m ready to run\n[Chorus]\nHappy days are rolling in",
    "custom": True,
    "seed": "1490770667",
}
RECORD_KEYS = (
    "_id id api_id application_id created_at credential_id request trace_id type user_id response duration finished_at"
)
ITEM_KEYS = (
    "id title image_url lyric audio_url video_url image_id topic seed sound created_at model progress state duration"
)


class Receiver:
    """Takes callbacks on this machine."""

    def __init__(self) -> None:
        self.bodies: queue.Queue[bytes] = queue.Queue()
        bodies = self.bodies

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                bodies.put(self.rfile.read(int(self.headers["content-length"])))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/secret"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.server.shutdown()


@pytest.fixture(scope="module")
def http(server: Any, token: str) -> Iterator[httpx.Client]:
    headers = {"authorization": f"Bearer {token}", "accept": "application/json"}
    with httpx.Client(base_url=server.url, headers=headers, timeout=PATIENCE_SECONDS) as http:
        yield http


@pytest.fixture(scope="module")
def ordered(http: httpx.Client, receiver: Receiver) -> dict[str, Any]:
    """The order's answer and the callback that followed."""
    sent = {**ORDER, "callback_url": receiver.url}
    answer = http.post("/producer/audios", json=sent)
    callback = json.loads(receiver.bodies.get(timeout=PATIENCE_SECONDS))
    return {"sent": sent, "answer": answer.json(), "callback": callback}


@pytest.fixture(scope="module")
def record(http: httpx.Client, ordered: dict[str, Any]) -> dict[str, Any]:
    answer = http.post("/producer/tasks", json={"id": ordered["answer"]["task_id"], "action": "retrieve"})
    assert answer.status_code == 200
    return answer.json()


@pytest.fixture(scope="module")
def item(record: dict[str, Any]) -> dict[str, Any]:
    (item,) = record["response"]["data"]
    return item


def test_an_order_with_a_callback_is_answered_at_once_without_a_url(ordered: dict[str, Any]) -> None:
    assert ordered["answer"].keys() == {"task_id", "trace_id", "success"}
    assert ordered["answer"]["success"] is True


def test_the_callback_brings_what_the_record_holds(ordered: dict[str, Any], record: dict[str, Any]) -> None:
    assert ordered["callback"] == record["response"]
    assert ordered["callback"]["trace_id"] == ordered["answer"]["trace_id"] == record["trace_id"]


def test_a_record_has_the_documented_shape(ordered: dict[str, Any], record: dict[str, Any]) -> None:
    assert set(RECORD_KEYS.split()) <= record.keys()
    assert record["request"] == ordered["sent"]
    assert list(record["request"]) == list(ordered["sent"]), "the order of keys is kept"
    assert int(record["_id"][:8], 16) == int(record["created_at"])
    assert record["duration"] == record["finished_at"] - record["created_at"]


def test_an_item_has_every_documented_key(item: dict[str, Any]) -> None:
    assert item.keys() == set(ITEM_KEYS.split())
    assert item["video_url"] is None and item["topic"] is None
    assert item["image_id"] == item["id"]
    assert item["title"] == "Shoes on my feet I’m ready to run"
    assert (item["seed"], item["model"]) == ("1490770667", "FUZZ-2.0 Pro")


def test_a_batch_answers_in_the_order_asked_the_same_id_twice(http: httpx.Client, record: dict[str, Any]) -> None:
    asked = {"ids": [record["id"], "1a6ac2ad-10f2-4e2b-b500-66ec27fe82ad", record["id"]], "action": "retrieve_batch"}
    answer = http.post("/producer/tasks", json=asked).json()
    assert answer == {"items": [record, record], "count": 2}


def decoded(sound: bytes) -> tuple[int, float]:
    """Samples for each channel, and the root mean square of all."""
    samples, power = 0, 0.0
    with av.open(io.BytesIO(sound)) as container:
        stream = container.streams.audio[0]
        assert stream.codec_context.name.startswith("aac")
        assert stream.codec_context.profile == "LC"
        assert (stream.codec_context.sample_rate, stream.codec_context.channels) == (SAMPLE_RATE, 2)
        heard = stream.duration * stream.time_base * SAMPLE_RATE
        for frame in container.decode(stream):
            samples += frame.samples
            # Planes of 32-bit floats, -1 to 1.
            for plane in frame.planes:
                floats = memoryview(plane).cast("B")[: frame.samples * 4].cast("f")
                power += sum(value * value for value in floats)
    assert samples == heard, "the file says how long it is"
    return samples, math.sqrt(power / max(1, 2 * samples))


def test_the_song_decodes_lasts_what_it_says_and_is_not_silent(http: httpx.Client, item: dict[str, Any]) -> None:
    sound = http.get(item["audio_url"])
    assert sound.headers["content-type"] == "audio/mp4"
    samples, loudness = decoded(sound.content)
    assert float(item["duration"]) == samples / SAMPLE_RATE
    assert 60 <= float(item["duration"]) <= 240
    assert loudness > 0.01


def test_the_cover_is_a_picture_of_at_least_1024_pixels(http: httpx.Client, item: dict[str, Any]) -> None:
    answer = http.get(item["image_url"])
    assert answer.headers["content-type"] == "image/jpeg"
    with Image.open(io.BytesIO(answer.content)) as picture:
        picture.load()
        assert picture.format == "JPEG"
        assert min(picture.size) >= 1_024
        assert len(set(picture.convert("L").resize((64, 64)).tobytes())) > 8, "it shows something"


def test_a_part_of_a_file_can_be_asked_for(http: httpx.Client, item: dict[str, Any]) -> None:
    part = http.get(item["audio_url"], headers={"range": "bytes=4-7"})
    assert (part.status_code, part.content) == (206, b"ftyp")
    assert part.headers["x-content-type-options"] == "nosniff"
