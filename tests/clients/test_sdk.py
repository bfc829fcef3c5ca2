"""The official SDK, unchanged, against the server."""

import asyncio
from typing import Any

import pytest
from acedatacloud import AceDataCloud, AsyncAceDataCloud
from acedatacloud._runtime.errors import APIError, AuthenticationError, TokenMismatchError, ValidationError

LYRIC = "[Verse]\nWoke up with the sun in my eyes\n[Chorus]\nHappy days are rolling in"
PATIENCE = {"poll_interval": 0.2, "max_wait": 120}


def order(**more: Any) -> dict[str, Any]:
    return {"action": "generate", "lyric": LYRIC, "prompt": "", "custom": True, "model": "FUZZ-2.0 Pro", **more}


def test_an_order_is_answered_at_once_and_waited_for(client: AceDataCloud) -> None:
    handle = client.producer.generate(**order())
    assert not handle.done, "the answer to an order must not look like a finished song"
    state = handle.wait(**PATIENCE)
    assert state["state"] == "succeeded"
    assert state["response"]["success"] is True
    assert [url.rsplit(".", 1)[1] for url in handle.urls()] == ["jpg", "m4a"]
    assert client.tasks.get(handle.id, service="producer") == state


def test_an_order_that_waits_comes_back_finished(client: AceDataCloud) -> None:
    handle = client.producer.generate(**order(async_=False, instrumental=True))
    assert handle.done
    (item,) = handle.result()["response"]["data"]
    assert (item["state"], item["progress"], item["lyric"]) == ("succeeded", "100%", "[Instrumental]")


def test_the_asynchronous_client_works_alike(server: Any, token: str) -> None:
    async def run() -> dict[str, Any]:
        async with AsyncAceDataCloud(api_token=token, base_url=server.url) as client:
            handle = await client.producer.generate(**order(seed="7"))
            return await handle.wait(**PATIENCE)

    state = asyncio.run(run())
    assert state["response"]["data"][0]["seed"] == "7"


def test_errors_arrive_as_what_they_are(server: Any, client: AceDataCloud) -> None:
    with server.client("nobody's") as stranger, pytest.raises(AuthenticationError) as refused:
        stranger.tasks.get("1a6ac2ad-10f2-4e2b-b500-66ec27fe82ad", service="producer")
    assert (refused.value.status_code, refused.value.code) == (401, "invalid_token")

    with pytest.raises(ValidationError) as wrong:
        client.producer.generate(**order(model="FUZZ-9"))
    assert wrong.value.message.startswith("model is invalid.")
    assert wrong.value.trace_id

    with pytest.raises(ValidationError) as unknown:
        client.producer.generate(**order(action="sing"))
    assert unknown.value.code == "api_not_implemented"

    with pytest.raises(APIError) as missing:
        client.tasks.get("1a6ac2ad-10f2-4e2b-b500-66ec27fe82ad", service="producer")
    assert (missing.value.status_code, missing.value.code) == (404, "not_found")


def test_a_token_reaches_only_the_apis_it_was_made_for(server: Any) -> None:
    with server.client(server.token("--apis", "tasks")) as limited, pytest.raises(TokenMismatchError):
        limited.producer.generate(**order())


def test_tasks_of_others_are_not_found(server: Any, client: AceDataCloud) -> None:
    mine = client.producer.generate(**order())
    theirs = server.token(email="b@example.com")
    with server.client(theirs) as other, pytest.raises(APIError) as missing:
        other.tasks.get(mine.id, service="producer")
    assert missing.value.code == "not_found"
    mine.wait(**PATIENCE)
