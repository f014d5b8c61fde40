"""A process that makes, fills and deletes runs as fast as it can, until it is killed.

`python -m tests.robustness.churning RUNS_FOLDER FINISHED_RUN`
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from core.jobs import queue
from core.recipes import find_recipe
from core.runs import State, Status, create_run, delete_run


def main(folder: Path, finished: Path) -> None:
    config = find_recipe("digits-quick").config
    while True:
        bare = create_run(config, folder)
        whole = create_run(config, folder)
        shutil.copytree(finished, whole.path, dirs_exist_ok=True)
        bare.write_status(Status(state=State.STOPPED), durable=False)
        queue.enqueue(bare)
        queue.leave(bare)
        for run in (whole, bare):
            delete_run(run)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
