"""How often a run is looked at, and that its network is loaded once it has ended."""

from __future__ import annotations

import pytest

from core.runs import Phase, Run, State, Status
from pages.session import ahead, audience
from pages.train import watching


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audience, "seconds_between_looks", lambda _: audience.EVERY_SECONDS)


@pytest.mark.parametrize(
    ("state", "phase", "often"),
    [
        (State.RUNNING, Phase.LOADING_TENSORFLOW, True),
        (State.RUNNING, Phase.FIRST_STEP, True),
        (State.RUNNING, Phase.TRAINING, False),
        (State.QUEUED, Phase.WAITING, False),  # that may take hours
    ],
)
def test_one_person_is_shown_a_start_as_it_goes(
    alone: None, state: State, phase: Phase, often: bool
) -> None:
    pace = watching._pace(Status(state=state, phase=phase))
    assert pace == (0.3 if often else audience.EVERY_SECONDS)


def test_a_crowd_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    crowded = audience.EVERY_SECONDS_IN_A_CROWD
    monkeypatch.setattr(audience, "seconds_between_looks", lambda _: crowded)
    starting = Status(state=State.RUNNING, phase=Phase.FIRST_STEP)
    assert watching._pace(starting) == crowded


@pytest.mark.parametrize(("state", "loaded"), [(State.FINISHED, True), (State.CRASHED, False)])
def test_the_network_of_a_run_that_has_just_ended_is_loaded(
    with_finished_run: Run, monkeypatch: pytest.MonkeyPatch, state: State, loaded: bool
) -> None:
    expected: list[Run] = []
    monkeypatch.setattr(ahead, "expect", expected.append)
    ended = with_finished_run.status().model_copy(update={"state": state})
    monkeypatch.setattr(Run, "status", lambda _: ended)

    class Rerun(Exception):
        """What Streamlit raises to draw the page anew."""

    def rerun(scope: str) -> None:
        raise Rerun

    monkeypatch.setattr(watching.st, "rerun", rerun)
    tab = watching._Tab("Train", with_finished_run)
    with pytest.raises(Rerun):
        watching._look(with_finished_run, State.RUNNING, 1.0, lambda *_: None, tab)
    assert expected == ([with_finished_run] if loaded else [])
