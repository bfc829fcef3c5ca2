"""Feeds ids of real songs to the cases, so that they get past validation, and counts what became of edits.

Only cases that are meant to be accepted are fed; those that are meant to be refused stay as they were drawn.
"""

import json
import os
import random
import threading
import uuid
from collections import Counter
from pathlib import Path

import schemathesis
from schemathesis import GenerationMode

SONGS = json.loads(Path(os.environ["BACKLINE_CONTRACT_SONGS"]).read_text())
FIGURES = Path(os.environ["BACKLINE_CONTRACT_FIGURES"])
# Of ten edits, so many get a song that is there.
FED_OF_TEN = 9
# The simulated engine's songs last a second.
LENGTH_SECONDS = 1.0
OF_SONGS_ALONE = {"stems", "all_stems", "swap_vocals", "swap_instrumentals"}

chance = random.Random(7)
counts: Counter[str] = Counter()
# Ids that answers told: a link may lead from them to an edit.
made: set[str] = {*SONGS["songs"], *SONGS["uploads"]}
lock = threading.Lock()


def is_positive(case: schemathesis.Case) -> bool:
    return case.meta is not None and case.meta.generation.mode == GenerationMode.POSITIVE


def is_edit(case: schemathesis.Case) -> bool:
    return (
        case.path == "/producer/audios"
        and isinstance(case.body, dict)
        and case.body.get("action") not in (None, "", "generate")
        and is_positive(case)
    )


def song_for(action: str) -> str:
    return chance.choice(SONGS["songs"] if action in OF_SONGS_ALONE else SONGS["songs"] + SONGS["uploads"])


def is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def feed_edit(body: dict) -> None:
    if body.get("audio_id") not in made:
        body["audio_id"] = song_for(body["action"])
    if body.get("swap_audio_id"):
        body["swap_audio_id"] = chance.choice(SONGS["songs"])
    if is_number(body.get("continue_at")):
        body["continue_at"] = min(body["continue_at"], LENGTH_SECONDS)
    if body["action"].endswith("replace_section"):
        body["replace_section_start"] = round(chance.uniform(0.0, 0.4), 2)
        body["replace_section_end"] = round(chance.uniform(0.5, LENGTH_SECONDS), 2)


def grant_terms(case: schemathesis.Case) -> None:
    """A case that is to be accepted gives its order the time that it needs, and a key of its own."""
    headers = case.headers or {}
    wait = str(headers.get("Cancel-After", ""))
    if wait and not wait.endswith("m"):
        headers["Cancel-After"] = "5m"
    # Another order, another key: drawn keys come again.
    if headers.get("Idempotency-Key"):
        headers["Idempotency-Key"] = str(uuid.uuid4())


def keep(case: schemathesis.Case) -> None:
    """Nobody deletes the songs that all cases share, or revokes the token that they are sent with."""
    named = (case.path_parameters or {}).get("id")
    if case.path.startswith("/api/v1/credentials/{id}") and named in SONGS["credentials"]:
        case.path_parameters["id"] = str(uuid.uuid4())
    body = case.body
    if case.path == "/producer/tasks" and isinstance(body, dict) and body.get("action") == "delete":
        shared = set(SONGS["tasks"])
        for field in ("id", "task_id"):
            if body.get(field) in shared:
                del body[field]
        if isinstance(body.get("ids"), list):
            body["ids"] = [task for task in body["ids"] if task not in shared]


@schemathesis.hook
def before_call(context: schemathesis.HookContext, case: schemathesis.Case, kwargs: dict) -> None:
    keep(case)
    if not is_positive(case):
        return
    grant_terms(case)
    body = case.body
    if not isinstance(body, dict):
        return
    if body.get("callback_url"):
        # What is no URL is for the server to find out; here it would only keep orders from being taken.
        body["callback_url"] = "http://127.0.0.1:9/done?token=a-b"
    with lock:
        if is_edit(case) and chance.randrange(10) < FED_OF_TEN:
            feed_edit(body)
        elif case.path in ("/producer/wav", "/producer/videos") and chance.randrange(10) < FED_OF_TEN:
            body["audio_id"] = chance.choice(SONGS["songs"])
        elif case.path == "/producer/upload" and chance.randrange(10) < FED_OF_TEN:
            body["audio_url"] = chance.choice(SONGS["urls"])


def ids_in(response: schemathesis.Response) -> list[str]:
    try:
        data = response.json().get("data")
    except (ValueError, AttributeError):
        return []
    items = data if isinstance(data, list) else [data]
    return [item[key] for item in items if isinstance(item, dict) for key in ("id", "audio_id") if key in item]


@schemathesis.hook
def after_call(context: schemathesis.HookContext, case: schemathesis.Case, response: schemathesis.Response) -> None:
    with lock:
        counts["cases"] += 1
        counts[f"status {response.status_code}"] += 1
        if is_edit(case):
            counts["edits"] += 1
            counts["edits that reached 200"] += response.status_code == 200
        if response.status_code == 200 and case.path in ("/producer/audios", "/producer/upload"):
            made.update(ids_in(response))
        FIGURES.write_text(json.dumps(counts))
