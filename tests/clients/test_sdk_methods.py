"""Each method of the official SDK, both clients, with every action."""

import asyncio
import inspect
from typing import Any

import pytest
from acedatacloud import AceDataCloud, AsyncAceDataCloud
from acedatacloud._runtime.errors import (
    APIError,
    AuthenticationError,
    RateLimitError,
    ValidationError,
)
from serving import PRIVATE, Server, serving
from media import LOSSY, fetched, film, picture, seconds_of_sound, stems

PATIENCE = {"poll_interval": 0.1, "max_wait": 120}
LYRIC = "[Verse]\nRain on the roof\n[Chorus]\nRain, rain"
EDITS = ["cover", "extend", "variation", "swap_vocals", "swap_instrumentals", "replace_section"]
WINDOW = {"replace_section_start": 0.2, "replace_section_end": 0.6}


@pytest.fixture(scope="module")
def sdk(rehearsal: Server) -> Any:
    with rehearsal.client(rehearsal.token()) as client:
        yield client


def generate(client: AceDataCloud, action: str, **more: Any) -> Any:
    more = {"lyric": "", "prompt": "", **more}
    return client.producer.generate(action=action, **more)


@pytest.fixture(scope="module")
def song(sdk: AceDataCloud) -> dict[str, Any]:
    handle = generate(sdk, "generate", lyric=LYRIC, custom=True, title="Rain", wait=True, **PATIENCE)
    return handle.result()["response"]["data"][0]


def test_the_methods_are_those_that_are_tested() -> None:
    methods = {name for name, _ in inspect.getmembers(AceDataCloud(api_token="x").producer, inspect.ismethod)}
    assert {name for name in methods if not name.startswith("_")} == {"generate", "lyrics", "upload", "videos", "wav"}


@pytest.mark.parametrize("action", EDITS)
def test_every_edit_is_waited_for_at_once_or_by_asking(sdk: AceDataCloud, song: dict[str, Any], action: str) -> None:
    more = {"audio_id": song["id"], **(WINDOW if action == "replace_section" else {})}
    handle = generate(sdk, action, **more)
    assert not handle.done
    polled = handle.wait(**PATIENCE)["response"]["data"][0]
    waited = generate(sdk, action, async_=False, **more)
    assert waited.done
    for item in (polled, waited.result()["response"]["data"][0]):
        assert item["state"] == "succeeded"
        assert item["title"] == ("Rain (Sound swap)" if action == "swap_instrumentals" else "Rain")
        assert seconds_of_sound(fetched(item["audio_url"])) == pytest.approx(float(item["duration"]), abs=LOSSY)
        assert picture(fetched(item["image_url"])) > (100, 100)


def test_stems_add_up_to_an_archive(sdk: AceDataCloud, song: dict[str, Any]) -> None:
    handle = generate(sdk, "stems", audio_id=song["id"], wait=True, **PATIENCE)
    (url,) = handle.urls()
    assert url.endswith(f"/{handle.id}.zip")
    parts = stems(fetched(url))
    assert set(parts) == {f"{name}.wav" for name in ("vocals", "drums", "bass", "other", "instrumental")}
    assert set(parts.values()) == {float(song["duration"])}


def test_a_song_is_converted(sdk: AceDataCloud, song: dict[str, Any]) -> None:
    (wav,) = sdk.producer.wav(audio_id=song["id"])["data"]
    assert (wav["audio_id"], wav["title"]) == (song["id"], "Rain")
    assert seconds_of_sound(fetched(wav["file_url"])) == float(song["duration"])
    video = sdk.producer.videos(audio_id=song["id"])["data"]
    width, height, seconds = film(fetched(video["video_url"]))
    assert (width, height) == (1280, 720)
    assert seconds == pytest.approx(float(song["duration"]), abs=0.1)


def test_words_are_written(sdk: AceDataCloud) -> None:
    data = sdk.producer.lyrics(prompt={"text": "rain on the roof"})["data"]
    assert "rain on the roof" in data["text"]
    assert (data["lyrics"], data["status"]) == (data["text"], "complete")
    assert data["title"]


def test_an_upload_is_edited(sdk: AceDataCloud, sound_url: str) -> None:
    data = sdk.producer.upload(audio_url=sound_url)["data"]
    assert (data["lyric"], float(data["duration"])) == ("", 2.0)
    assert seconds_of_sound(fetched(data["audio_url"])) == pytest.approx(2.0, abs=LOSSY)
    item = generate(sdk, "extend", audio_id=data["audio_id"], async_=False).result()["response"]["data"][0]
    assert item["title"] == "My song"
    assert float(item["duration"]) > 2.0


def test_the_asynchronous_client_has_every_method(rehearsal: Server, sound_url: str) -> None:
    async def run() -> None:
        token = rehearsal.token()
        async with AsyncAceDataCloud(api_token=token, base_url=rehearsal.url, timeout=120) as client:
            producer = client.producer
            handle = await producer.generate(action="generate", lyric="", prompt="rain", wait=True, **PATIENCE)
            song = (await handle.result())["response"]["data"][0]["id"]
            for action in [*EDITS, "stems"]:
                window = WINDOW if action == "replace_section" else {}
                edit = await producer.generate(action=action, lyric="", prompt="", audio_id=song, **window)
                state = await edit.wait(**PATIENCE)
                assert state["state"] == "succeeded", action
            assert (await producer.wav(audio_id=song))["data"][0]["file_url"]
            assert (await producer.videos(audio_id=song))["data"]["video_url"]
            assert (await producer.lyrics(prompt={"text": "rain"}))["data"]["text"]
            assert (await producer.upload(audio_url=sound_url))["data"]["audio_id"]
            assert (await client.tasks.get(handle.id, service="producer"))["id"] == handle.id

    asyncio.run(run())


def test_what_is_refused_arrives_as_the_exception_for_it(rehearsal: Server, sdk: AceDataCloud) -> None:
    nobody = "1dd08826-478e-43a6-868f-aff5ababac2c"
    for wrong in (
        lambda: sdk.producer.wav(audio_id=nobody),
        lambda: sdk.producer.videos(audio_id=nobody),
        lambda: generate(sdk, "cover", audio_id=nobody),
        lambda: sdk.producer.upload(audio_url="ftp://example.com/a.mp3"),
        lambda: sdk.producer.lyrics(prompt={}),
    ):
        with pytest.raises(ValidationError) as refused:
            wrong()
        assert (refused.value.status_code, refused.value.code) == (400, "bad_request")
        assert refused.value.trace_id

    with rehearsal.client("nobody's") as stranger, pytest.raises(AuthenticationError):
        stranger.producer.lyrics(prompt={"text": "a"})

    with pytest.raises(APIError) as unreachable:
        sdk.producer.upload(audio_url="http://127.0.0.1:1/a.mp3")
    assert (unreachable.value.status_code, unreachable.value.code) == (500, "api_error")
    assert unreachable.value.message.startswith("fetch failed")


def test_a_busy_token_gets_its_error_for_it(tmp_path: Any) -> None:
    settings = {
        "BACKLINE_ENGINE__DEFAULT": "simulated",
        "BACKLINE_LIMITS__ORDERS_IN_FLIGHT": "1",
        "BACKLINE_LIMITS__WHEN_BUSY": "reject",
        "BACKLINE_ENGINE__SIMULATED__RULES": '[{prompt="slow", script="latency=20s"}]',
    }
    with serving(tmp_path, **PRIVATE, **settings) as server, server.client(server.token()) as client:
        slow = generate(client, "generate", prompt="slow")
        with pytest.raises(RateLimitError) as busy:
            generate(client, "generate", prompt="another")
        assert (busy.value.status_code, busy.value.code) == (429, "too_many_requests")
        client.tasks._transport.request("POST", "/producer/tasks", json={"action": "cancel", "id": slow.id})
