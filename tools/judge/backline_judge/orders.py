"""The orders that the judge places."""

import json
from dataclasses import dataclass, field, replace
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
#: Styles of the classifier, as a customer would name them.
CLASSES = (
    "pop", "rock", "ballad", "folk", "jazz", "bossa nova", "blues", "funk",
    "hip hop", "lo-fi", "house", "drum and bass", "synthwave", "ambient", "orchestral", "metal",
)  # fmt: skip
CLASS_RENDERS = 200
CLASS_SECONDS = 40


@dataclass(frozen=True)
class Order:
    """One order: what the engine gets, and the lyric that the judge listens for."""

    id: str
    brief: dict = field(hash=False)
    voice: bool = False
    lyric: str = ""

    def with_seed(self, seed: int) -> "Order":
        """The same words, another seed."""
        return replace(self, id=f"{self.id}-seed-{seed}", brief=self.brief | {"seed": seed})

    def as_json(self) -> dict:
        """What the renderer reads."""
        return {"id": self.id, "brief": self.brief, "voice": self.voice}


def lyric(name: str) -> str:
    """The text of a lyric of `lyrics/`."""
    return (HERE / "lyrics" / f"{name}.txt").read_text()


def lyric_names() -> list[str]:
    """The English lyrics that nothing was tuned on."""
    return sorted(path.stem for path in (HERE / "lyrics").glob("[0-9]*.txt"))


def songs() -> list[Order]:
    """The twenty orders across styles."""
    placed = []
    for row in json.loads((HERE / "orders.json").read_text()):
        brief = {key: row[key] for key in ("style", "seed", "instrumental") if key in row}
        if "lyric" in row:
            brief["lyric"] = lyric(row["lyric"])
        placed.append(Order(row["id"], brief, voice="lyric" in row, lyric=row.get("lyric", "")))
    return placed


def class_renders(count: int = CLASS_RENDERS) -> list[tuple[str, Order]]:
    """Short songs of all classes in turn, every other one sung, all with different seeds."""
    names = lyric_names()
    placed = []
    for index in range(count):
        style, turn = CLASSES[index % len(CLASSES)], index // len(CLASSES)
        brief = {"style": style, "seed": 5000 + index, "max_seconds": CLASS_SECONDS}
        if turn % 2:
            brief["instrumental"] = True
        else:
            brief["lyric"] = lyric(names[index % len(names)])
        placed.append((style, Order(f"class-{index:03}", brief)))
    return placed
