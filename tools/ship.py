"""The trained network that ships: `python -m tools.ship` trains it and puts it into core/shipped.

Trains the recipe of the Start button, or takes a finished run of it that is named, and copies
what a page needs: no checkpoints, and nothing of the machine but what it is called.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np

from core.analysis.evaluation import load_evaluation
from core.analysis.glimpse import save_glimpse, take_glimpse
from core.config import apply_changes
from core.data.load import load_dataset
from core.data.splits import make_splits
from core.jobs import launch
from core.recipes import find_recipe
from core.runs import Run, State, Status, open_run
from core.runs.record import SHIPPED

NAME = "digits-shipped"
TITLE = "Digits, trained before"
# Nobody waits for it.
CHANGES = {
    "training.epochs": 60,
    "training.batch_size": 32,
    "schedule.learning_rate": 5e-3,
}
MOST_BYTES = 1_000_000  # of the whole record
COPIED = (
    "dataset.json",
    "metrics.jsonl",
    "model.keras",
    "pinned.npz",
    "predictions.npz",
    "snapshots.jsonl",
)
# What each block hands on to its pool, and how many of its channels are drawn.
LAYERS = {"block1_act1": 6, "block2_act1": 8, "block3_act1": 12}
_SECONDS = 900.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", nargs="?", help="a finished run of digits-quick; else one is made")
    given = parser.parse_args().run
    with tempfile.TemporaryDirectory() as folder:
        ship(open_run(given) if given else train(Path(folder)), SHIPPED / NAME)


def train(folder: Path) -> Run:
    """A finished run of the recipe, longer and on more varied images, in that folder."""
    run = launch.start(apply_changes(find_recipe("digits-quick").config, CHANGES.items()), folder)
    if launch.wait(run, _SECONDS) is not State.FINISHED:
        sys.exit(f"the run is {run.status().state}: {run.status().error}\n{run.log_tail()}")
    return run


def ship(run: Run, target: Path) -> None:
    """Put what a page needs of a finished run at `target`, in place of what is there."""
    if run.shipped or run.status().state is not State.FINISHED:
        sys.exit(f"{run.id} is no finished run of one's own")
    new = target.with_name(f".new-{target.name}")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    for name in COPIED:
        shutil.copyfile(run.path / name, new / name)
    shipped = Run(new)
    config = run.config().model_copy(update={"title": TITLE})
    shipped.config_path.write_text(config.to_json() + "\n", encoding="utf-8")
    shipped.write_status(without_machine(run.status()))
    glimpse(shipped)
    total = sum(path.stat().st_size for path in new.iterdir())
    if total > MOST_BYTES:
        sys.exit(f"{total:,} bytes are more than {MOST_BYTES:,}")
    shutil.rmtree(target, ignore_errors=True)  # only now that there is another
    new.rename(target)
    print(f"{target}: {total:,} bytes, test accuracy {run.status().training_result}")


def glimpse(run: Run) -> None:
    """What the network makes of a test image of each class, one that it has right."""
    from core.models.export import load_model

    test = make_splits(load_dataset(run.config().dataset), run.config().split).test
    found = load_evaluation(run)
    chosen = [
        int(np.flatnonzero((found.labels == label) & (found.predictions == label))[0])
        for label in range(len(found.classes))
    ]
    images, labels = test.gather(np.array(chosen))
    save_glimpse(take_glimpse(load_model(run.model_path), images, labels, LAYERS), run.glimpse_path)


def without_machine(status: Status) -> Status:
    """What names the process and the machine's start is left out; the processor stays, because
    what the run took says something only with it."""
    unknown = {"pid": 0, "process_started": 0.0, "boot_id": "", "resources": None}
    return status.model_copy(update=unknown)


if __name__ == "__main__":
    main()
