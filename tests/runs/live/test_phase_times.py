"""The usual length of each phase: a median of the last times, whatever lies in the file."""

import pytest

from core.config import RunConfig
from core.runs import Phase, State, create_run
from core.runs.live.phase_times import note, path_in, usual_seconds
from core.runs.recorder import Recorder


def test_the_usual_is_the_median_of_the_last_times(tmp_path):
    assert usual_seconds(tmp_path) == {}
    for seconds in (100.0, 1.0, 2.0, 3.0):
        note(tmp_path, Phase.LOADING_TENSORFLOW, seconds)
    assert usual_seconds(tmp_path) == {Phase.LOADING_TENSORFLOW: 2.5}
    for _ in range(9):
        note(tmp_path, Phase.LOADING_TENSORFLOW, 4.0)
    assert usual_seconds(tmp_path) == {Phase.LOADING_TENSORFLOW: 4.0}


def test_what_takes_as_long_as_it_takes_is_not_noted(tmp_path):
    note(tmp_path, Phase.TRAINING, 10.0)
    note(tmp_path, Phase.FIRST_STEP, -1.0)
    note(tmp_path, Phase.FIRST_STEP, 1e9)
    note(tmp_path, Phase.WAITING, 600.0)  # it stood in the queue
    assert not path_in(tmp_path).exists()


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"first step": 3}', '{"first step": [-1, "2", null, true, 1e30]}']
)
def test_a_file_of_other_things_tells_nothing(tmp_path, text):
    path_in(tmp_path).write_text(text)
    assert usual_seconds(tmp_path) == {}
    note(tmp_path, Phase.FIRST_STEP, 1.5)
    assert usual_seconds(tmp_path) == {Phase.FIRST_STEP: 1.5}


def test_where_it_cannot_be_written_nothing_is_said(tmp_path):
    path_in(tmp_path).mkdir()
    note(tmp_path, Phase.FIRST_STEP, 1.5)
    assert usual_seconds(tmp_path) == {}


def test_a_worker_that_goes_from_phase_to_phase_notes_how_long_each_lasted(tmp_path):
    recorder = Recorder(create_run(RunConfig(architecture="compact"), tmp_path))
    for phase in (Phase.PREPARING_DATA, Phase.LOADING_TENSORFLOW, Phase.BUILDING_NETWORK):
        recorder.phase(phase)
    found = usual_seconds(tmp_path)
    assert {Phase.PREPARING_DATA, Phase.LOADING_TENSORFLOW} <= set(found)
    assert Phase.BUILDING_NETWORK not in found  # it goes on
    assert all(0 <= seconds < 60 for seconds in found.values())


@pytest.mark.parametrize(("state", "known"), [(State.FINISHED, True), (State.STOPPED, False)])
def test_the_last_phase_has_a_length_where_it_was_not_cut_short(tmp_path, state, known):
    recorder = Recorder(create_run(RunConfig(architecture="compact"), tmp_path))
    recorder.phase(Phase.EVALUATING)
    recorder.end(state)
    assert (Phase.EVALUATING in usual_seconds(tmp_path)) is known
