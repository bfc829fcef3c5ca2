"""The official SDK's `platform` client: applications, credentials, models and the configuration."""

import asyncio
import inspect
from typing import Any

import pytest
from acedatacloud import AceDataCloud, AsyncAceDataCloud
from acedatacloud._runtime.errors import (
    APIError,
    AuthenticationError,
    InsufficientBalanceError,
    ResourceDisabledError,
    TokenMismatchError,
    ValidationError,
)
from serving import Server
from media import fetched

SERVICE = "864a7efd-c7a3-4ad8-b372-ba8d64cdeda8"


def client(server: Server, token: str) -> AceDataCloud:
    return AceDataCloud(api_token=token, base_url=server.url, platform_base_url=server.url, timeout=60)


@pytest.fixture
def sdk(rehearsal: Server) -> Any:
    with client(rehearsal, rehearsal.token(email="platform@example.com")) as made:
        yield made


def order(caller: AceDataCloud) -> Any:
    return caller.producer.generate(action="generate", lyric="", prompt="rain")


def test_the_methods_are_those_that_are_tested() -> None:
    platform = AceDataCloud(api_token="x").platform
    found = {
        f"{part}.{name}"
        for part in vars(platform)
        for name, _ in inspect.getmembers(getattr(platform, part), inspect.ismethod)
        if not name.startswith("_")
    }
    applications = {"applications.list", "applications.create", "applications.get"}
    credentials = {"credentials.list", "credentials.create", "credentials.rotate", "credentials.delete"}
    assert found == applications | credentials | {"models.list", "config.get"}


def test_an_application_is_acquired_and_its_credential_orders(rehearsal: Server, sdk: AceDataCloud) -> None:
    made = sdk.platform.applications.create(service_id=SERVICE)
    assert (made["service_id"], made["type"], made["credentials"]) == (SERVICE, "Usage", [])
    assert sdk.platform.applications.get(made["id"]) == made
    listed = sdk.platform.applications.list(service_id=SERVICE, user_id="me", affiliation=["owner", "granted"])
    assert made["id"] in [item["id"] for item in listed["items"]]
    assert listed["count"] == len(listed["items"])

    credential = sdk.platform.credentials.create(application_id=made["id"], name="laptop", limited_amount=1)
    assert (credential["name"], credential["type"], credential["limited_amount"]) == ("laptop", "Token", 1)
    items = sdk.platform.credentials.list(application_id=made["id"])["items"]
    assert [item["id"] for item in items] == [credential["id"]]
    assert "token" not in items[0]
    assert items[0]["last_four"] == credential["token"][-4:]
    with client(rehearsal, credential["token"]) as caller:
        order(caller).wait(poll_interval=0.1, max_wait=60)
        with pytest.raises(InsufficientBalanceError) as used_up:
            order(caller)
    assert (used_up.value.status_code, used_up.value.code) == (403, "used_up")
    assert sdk.platform.applications.get(made["id"])["used_amount"] == 1


def test_a_credential_is_rotated_and_deleted(rehearsal: Server, sdk: AceDataCloud) -> None:
    application = sdk.platform.applications.create(service_id=SERVICE)
    which = ("--email", "platform@example.com", "--application", application["name"])
    rehearsal.tell("ledger", "grant", *which, "--credits", "2", "--reason", "a test")
    credential = sdk.platform.credentials.create(application_id=application["id"])
    rotated = sdk.platform.credentials.rotate(credential["id"])
    assert rotated["id"] == credential["id"]
    assert rotated["token"] != credential["token"]
    for token in (credential["token"], rotated["token"]):
        with client(rehearsal, token) as caller:
            order(caller)
    assert sdk.platform.credentials.delete(credential["id"])["deleted"] is True
    for token in (credential["token"], rotated["token"]):
        with client(rehearsal, token) as caller, pytest.raises(AuthenticationError) as refused:
            order(caller)
        assert (refused.value.status_code, refused.value.code) == (401, "invalid_token")
    with pytest.raises(APIError) as gone:
        sdk.platform.credentials.delete(credential["id"])
    assert (gone.value.status_code, gone.value.code) == (404, "not_found")


def test_models_and_configuration(sdk: AceDataCloud) -> None:
    models = sdk.platform.models.list()
    assert models["count"] == len(models["items"]) == 8
    assert "FUZZ-2.0" in [item["id"] for item in models["items"]]
    assert sdk.platform.config.get()["service_id"] == SERVICE


def test_a_file_is_brought_and_uploaded(rehearsal: Server, sdk: AceDataCloud, sound_url: str) -> None:
    sound = fetched(sound_url)
    brought = sdk.files.upload(sound, filename="My song.wav")
    assert (brought["mime"], brought["size"]) == ("audio/wav", len(sound))
    assert fetched(brought["file_url"]) == sound
    assert float(sdk.producer.upload(audio_url=brought["file_url"])["data"]["duration"]) == 2.0


def test_what_is_refused_arrives_as_the_exception_for_it(rehearsal: Server, sdk: AceDataCloud) -> None:
    with pytest.raises(ValidationError):
        sdk.platform.credentials.create(application_id="")
    with pytest.raises(APIError) as unknown:
        sdk.platform.applications.get("1dd08826-478e-43a6-868f-aff5ababac2c")
    assert (unknown.value.status_code, unknown.value.code) == (404, "not_found")
    restricted = rehearsal.token("--apis", "tasks", email="restricted@example.com")
    with client(rehearsal, restricted) as caller, pytest.raises(TokenMismatchError):
        caller.platform.applications.list()
    with client(rehearsal, "nobody's") as stranger, pytest.raises(AuthenticationError):
        stranger.platform.applications.list()
    off = rehearsal.token(email="off@example.com")
    rehearsal.tell("user", "disable", "--email", "off@example.com")
    with client(rehearsal, off) as caller, pytest.raises(ResourceDisabledError):
        caller.platform.applications.list()


def test_the_asynchronous_client_has_every_method(rehearsal: Server) -> None:
    async def run() -> None:
        token = rehearsal.token(email="async@example.com")
        async with AsyncAceDataCloud(api_token=token, base_url=rehearsal.url, platform_base_url=rehearsal.url) as sdk:
            platform = sdk.platform
            application = await platform.applications.create(service_id=SERVICE)
            assert (await platform.applications.get(application["id"]))["id"] == application["id"]
            assert (await platform.applications.list())["count"] == 2
            made = await platform.credentials.create(application_id=application["id"])
            assert (await platform.credentials.rotate(made["id"]))["token"]
            assert (await platform.credentials.list())["count"] == 2
            assert (await platform.credentials.delete(made["id"]))["deleted"]
            assert (await platform.models.list())["count"] == 8
            assert (await platform.config.get())["version"]

    asyncio.run(run())
