"""Renders orders with the music crate's example, and keeps what it rendered by engine and order."""

import hashlib
import json
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from backline_judge.orders import Order

ROOT = Path(__file__).resolve().parents[3]
BUILD = ["cargo", "build", "--release", "--quiet", "--package", "music", "--example", "render_order"]
#: Orders for one run of the renderer: few enough to share the work, many enough to start it seldom.
BATCH = 4


@dataclass
class Engine:
    """A renderer, and the folder of what it rendered."""

    binary: Path
    kept: Path

    @classmethod
    def find(cls, binary: Path | None, cache: Path) -> "Engine":
        """The given renderer, or else the one of this tree, built now."""
        if binary is None:
            subprocess.run(BUILD, check=True, cwd=ROOT)
            binary = ROOT / "target" / "release" / "examples" / "render_order"
        digest = hashlib.sha256(binary.read_bytes()).hexdigest()[:12]
        return cls(binary.resolve(), cache / digest)

    def folder(self, order: Order) -> Path:
        """Where an order's files lie; another brief lies elsewhere."""
        text = json.dumps({"brief": order.brief, "voice": order.voice}, sort_keys=True)
        return self.kept / f"{order.id}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"

    def render(self, orders: list[Order], processes: int = 2) -> None:
        """Renders the orders that were not rendered before."""
        missing = [order for order in orders if not (self.folder(order) / "master.wav").exists()]
        batches = [missing[start : start + BATCH] for start in range(0, len(missing), BATCH)]
        with ThreadPoolExecutor(processes) as pool:
            for _ in pool.map(self.render_batch, batches):
                pass

    def render_batch(self, orders: list[Order]) -> None:
        """Renders into a folder of its own first, so that a broken run leaves nothing that looks whole."""
        self.kept.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.kept) as scratch:
            listed = Path(scratch) / "orders.json"
            listed.write_text(json.dumps([order.as_json() for order in orders]))
            subprocess.run([str(self.binary), str(listed), scratch], check=True)
            for order in orders:
                shutil.rmtree(self.folder(order), ignore_errors=True)
                (Path(scratch) / order.id).rename(self.folder(order))
