"""metrics.jsonl read while it grows."""

import json
from pathlib import Path

from core.runs import MetricsLog, skim


def test_metric_lines_torn_and_superseded_are_left_out(tmp_path):
    path = tmp_path / "metrics.jsonl"
    tick = '{"kind": "tick", "epoch": 0.1, "step": '
    path.write_text(
        f'{tick}1}}\n{tick}5}}\n{tick[:-4]}\n{{"kind": "resume", "step": 3}}\n{tick}4}}\n{tick}6'
    )
    log = MetricsLog(path)
    assert [row["step"] for row in log.read()] == [1, 4]
    with path.open("a") as file:
        file.write("}\n")
    assert [row["step"] for row in log.read()] == [1, 4, 6]


def test_an_epoch_judged_after_the_checkpoint_is_superseded(tmp_path):
    """The checkpoint stands at its last step, and does not know yet how it was judged."""
    path = tmp_path / "metrics.jsonl"
    epochs = [f'{{"kind": "epoch", "step": {6 * n}, "epoch": {n}}}\n' for n in (1, 2)]
    resume = '{"kind": "resume", "step": 12, "epoch": 1}\n'
    path.write_text("".join([*epochs, resume, epochs[1]]))
    assert [row["epoch"] for row in MetricsLog(path).read()] == [1, 2]


def test_metrics_before_the_first_line(tmp_path):
    assert MetricsLog(tmp_path / "metrics.jsonl").read() == []


def test_a_file_is_skimmed_from_end_to_end_and_never_whole(tmp_path: Path):
    path = tmp_path / "metrics.jsonl"
    assert skim(path) == []
    with path.open("w") as file:
        for epoch in range(1, 20_001):
            file.write(json.dumps({"kind": "epoch", "step": epoch, "epoch": epoch}) + "\n")
        file.write('{"kind": "epoch", "ste')
    rows = skim(path)
    epochs = [row["epoch"] for row in rows]
    assert epochs == sorted(set(epochs))
    assert epochs[0] == 1
    assert epochs[-1] > 19_000
    assert 1_000 < len(epochs) < 10_000
    path.write_text('{"kind": "tick", "step": 1, "epoch": 0.1}\nno line\n')
    assert [row["step"] for row in skim(path)] == [1]
