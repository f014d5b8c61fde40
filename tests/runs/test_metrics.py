"""metrics.jsonl read while it grows."""

from core.runs import MetricsLog


def test_metric_lines_torn_and_superseded_are_left_out(tmp_path):
    path = tmp_path / "metrics.jsonl"
    path.write_text(
        '{"kind": "tick", "step": 1}\n{"kind": "tick", "step": 5}\n{"kind": "tick", "st\n'
        '{"kind": "resume", "step": 3}\n{"kind": "tick", "step": 4}\n{"kind": "tick", "step": 6'
    )
    log = MetricsLog(path)
    assert [row["step"] for row in log.read()] == [1, 4]
    with path.open("a") as file:
        file.write("}\n")
    assert [row["step"] for row in log.read()] == [1, 4, 6]


def test_metrics_before_the_first_line(tmp_path):
    assert MetricsLog(tmp_path / "metrics.jsonl").read() == []
