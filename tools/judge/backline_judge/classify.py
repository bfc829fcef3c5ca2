"""Whether a classifier that knows half of the renders names the style of the other half."""

import hashlib
import json
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from sklearn.metrics import confusion_matrix
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from backline_judge import style_features
from backline_judge.audio import read
from backline_judge.orders import CLASSES, class_renders
from backline_judge.rendering import Engine


def version() -> str:
    """A digest of the features' definitions."""
    return hashlib.sha256(Path(style_features.__file__).read_bytes()).hexdigest()[:12]


def features_of(folder: Path) -> list[float]:
    """The features of a render, kept beside it; its sound is dropped, for 200 of them are 1.4 GB."""
    kept = folder / f"features-{version()}.json"
    if kept.exists():
        return json.loads(kept.read_text())
    master = folder / "master.wav"
    found = style_features.features(read(master)).tolist()
    kept.write_text(json.dumps(found))
    return found


def gather(engine: Engine, processes: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Features and styles of all renders."""
    placed = class_renders(count)
    rows: list[list[float]] = []
    with ProcessPoolExecutor(processes) as pool:
        for start in range(0, len(placed), 16):
            orders = [order for _, order in placed[start : start + 16]]
            fresh = [order for order in orders if not known(engine.folder(order))]
            engine.render(fresh, processes)
            folders = [engine.folder(order) for order in orders]
            rows += pool.map(features_of, folders)
            for folder in folders:
                (folder / "master.wav").unlink(missing_ok=True)
    return np.array(rows), np.array([style for style, _ in placed])


def known(folder: Path) -> bool:
    """Whether a render's features are kept."""
    return (folder / f"features-{version()}.json").exists()


def halves(styles: np.ndarray) -> np.ndarray:
    """Which renders are for training: of each style every other pair, so that sung and unsung ones are in both."""
    turn = np.arange(len(styles)) // len(CLASSES)
    return (turn // 2) % 2 == 0


def named(rows: np.ndarray, styles: np.ndarray, train: np.ndarray) -> tuple[float, np.ndarray]:
    """The share of the other half that is named, and who was taken for whom."""
    model = make_pipeline(StandardScaler(), SVC(C=10, gamma="scale"))
    model.fit(rows[train], styles[train])
    said = model.predict(rows[~train])
    table = confusion_matrix(styles[~train], said, labels=list(CLASSES))
    return float(np.mean(said == styles[~train])), table


def mistakes(table: np.ndarray) -> list[str]:
    """What is taken for what, most frequent first."""
    found = [
        (int(table[one, other]), f"{CLASSES[one]} taken for {CLASSES[other]}")
        for one in range(len(CLASSES))
        for other in range(len(CLASSES))
        if one != other and table[one, other]
    ]
    return [f"{text} {count}x" for count, text in sorted(found, reverse=True)]


def style_test(engine: Engine, processes: int, count: int) -> dict:
    """Trains on one half, tests on the other, and the other way round for comparison."""
    rows, styles = gather(engine, processes, count)
    train = halves(styles)
    share, table = named(rows, styles, train)
    swapped, _ = named(rows, styles, ~train)
    return {"named": share, "swapped": swapped, "renders": len(styles), "mistakes": mistakes(table)}
