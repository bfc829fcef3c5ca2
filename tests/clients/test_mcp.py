"""Each tool of the official MCP server, over its standard streams, with the real client library."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from serving import Server
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from media import LOSSY, fetched, film, picture, seconds_of_sound
from media import stems as archive

COMMAND = str(Path(sys.executable).parent / "mcp-producer")
LYRIC = "[Verse]\nRain on the roof\n[Chorus]\nRain, rain"


class Tools:
    """Calls tools, and remembers which."""

    def __init__(self, session: ClientSession) -> None:
        self.session = session
        self.called: set[str] = set()

    async def text(self, name: str, **arguments: Any) -> str:
        self.called.add(name)
        result = await self.session.call_tool(name, arguments)
        text = "".join(part.text for part in result.content if part.type == "text")
        assert not result.isError, text
        return text

    async def told(self, name: str, **arguments: Any) -> dict[str, Any]:
        return json.loads(await self.text(name, **arguments))

    async def done(self, name: str, **arguments: Any) -> Any:
        """The data that a tool brings, by itself or when its task is asked for."""
        answer = await self.told(name, **arguments)
        assert answer["success"] is True
        for _ in range(24):
            if "data" in answer:
                return answer["data"]
            record = await self.told("producer_get_task", task_id=answer["task_id"])
            polling = record["mcp_task_polling"]
            if polling["is_complete"]:
                return record["response"]["data"]
            assert not polling["is_failed"], record
        raise AssertionError("it never completed")


async def run_every_tool(server: Server, token: str, sound_url: str) -> tuple[set[str], set[str]]:
    environment = {**os.environ, "ACEDATACLOUD_API_BASE_URL": server.url, "ACEDATACLOUD_API_TOKEN": token}
    parameters = StdioServerParameters(command=COMMAND, env=environment)
    async with stdio_client(parameters) as (reading, writing), ClientSession(reading, writing) as session:
        await session.initialize()
        offered = {tool.name for tool in (await session.list_tools()).tools}
        tools = Tools(session)
        await every_tool(tools, sound_url)
        return offered, tools.called


async def every_tool(tools: Tools, sound_url: str) -> None:
    (first,) = await tools.done("producer_generate_music", prompt="a slow waltz", seed="7")
    assert first["seed"] == "7"
    (song,) = await tools.done("producer_generate_custom_music", lyric=LYRIC, title="Rain", prompt="jazz")
    assert (song["title"], song["lyric"]) == ("Rain", LYRIC)
    assert picture(fetched(song["image_url"])) > (100, 100)
    audio = {"audio_id": song["id"]}
    edits: dict[str, dict[str, Any]] = {
        "producer_extend_music": {"lyric": LYRIC, "continue_at": 0.5},
        "producer_cover_music": {},
        "producer_variation_music": {},
        "producer_swap_vocals": {},
        "producer_swap_instrumentals": {},
        "producer_replace_section": {"lyric": LYRIC, "replace_section_start": 0.2, "replace_section_end": 0.6},
    }
    for name, more in edits.items():
        (item,) = await tools.done(name, **audio, **await wanted(tools, name, more))
        assert seconds_of_sound(fetched(item["audio_url"])) == pytest.approx(float(item["duration"]), abs=LOSSY), name
    (stems,) = await tools.done("producer_stems_music", **audio)
    parts = archive(fetched(stems["stems_url"]))
    assert set(parts) == {f"{name}.wav" for name in ("vocals", "drums", "bass", "other", "instrumental")}
    assert set(parts.values()) == {float(song["duration"])}
    width, height, seconds = film(fetched((await tools.done("producer_generate_video", **audio))["video_url"]))
    assert (width, height) == (1280, 720)
    assert seconds == pytest.approx(float(song["duration"]), abs=0.2)
    (wav,) = await tools.done("producer_generate_wav", **audio)
    assert seconds_of_sound(fetched(wav["file_url"])) == float(song["duration"])
    assert (await tools.done("producer_generate_lyrics", prompt="rain"))["text"]
    upload = await tools.done("producer_upload_audio", audio_url=sound_url)
    assert (await tools.done("producer_cover_music", audio_id=upload["audio_id"]))[0]["title"] == "My song"
    ids = [(await tools.told("producer_cover_music", **audio))["task_id"] for _ in range(2)]
    batch = await tools.text("producer_get_tasks_batch", task_ids=ids)
    assert f"Total Tasks: {len(ids)}" in batch and all(task in batch for task in ids)
    for name in ("producer_list_models", "producer_list_actions", "producer_get_lyric_format_guide"):
        assert await tools.text(name)


async def wanted(tools: Tools, name: str, more: dict[str, Any]) -> dict[str, Any]:
    """What of `more` the tool takes: versions differ."""
    listed = (await tools.session.list_tools()).tools
    (schema,) = (tool.inputSchema for tool in listed if tool.name == name)
    return {key: value for key, value in more.items() if key in schema["properties"]}


def test_every_tool_reaches_its_end(rehearsal: Server, sound_url: str) -> None:
    offered, called = asyncio.run(run_every_tool(rehearsal, rehearsal.token(), sound_url))
    assert called == offered, f"tools that no test calls: {offered - called}"


def test_errors_are_told(rehearsal: Server) -> None:
    async def run() -> str:
        environment = {
            **os.environ,
            "ACEDATACLOUD_API_BASE_URL": rehearsal.url,
            "ACEDATACLOUD_API_TOKEN": rehearsal.token(),
        }
        parameters = StdioServerParameters(command=COMMAND, env=environment)
        async with stdio_client(parameters) as (reading, writing), ClientSession(reading, writing) as session:
            await session.initialize()
            nobody = {"audio_id": "1dd08826-478e-43a6-868f-aff5ababac2c"}
            result = await session.call_tool("producer_cover_music", nobody)
            return "".join(part.text for part in result.content if part.type == "text")

    assert "audio_id" in asyncio.run(run())
