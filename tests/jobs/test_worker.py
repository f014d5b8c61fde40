"""How a worker says what ended it."""

from __future__ import annotations

import errno

import pytest
import tensorflow as tf

from core.config import RangeTestConfig, RunConfig
from core.errors import UserError
from core.jobs.worker import explain
from core.runs import create_run


def test_out_of_memory_says_which_batch_size_to_try(tmp_path):
    run = create_run(RunConfig(architecture="compact"), tmp_path)
    error = tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor")
    explained = explain(error, run)
    assert "batch size 64" in str(explained)
    assert explained.advice == "Try a batch size of 32."
    assert "memory" in str(explain(MemoryError(), run))


@pytest.mark.parametrize(
    ("batch_size", "said", "advice"),
    [
        (512, "batch size 512 of the range test.", "Try a batch size of 256 for the range test."),
        (None, "batch size 64.", "Try a batch size of 32."),
    ],
)
def test_out_of_memory_in_a_range_test_says_its_own_batch_size(tmp_path, batch_size, said, advice):
    test = RangeTestConfig(batch_size=batch_size)
    config = RunConfig(architecture="compact", job="range-test", range_test=test)
    explained = explain(MemoryError(), create_run(config, tmp_path))
    assert explained.message == f"The device ran out of memory at {said}"
    assert explained.advice == advice


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EFBIG, errno.EDQUOT])
def test_a_full_disk_in_words(tmp_path, number):
    run = create_run(RunConfig(architecture="compact"), tmp_path)
    explained = explain(OSError(number, "x"), run)
    assert "no space left" in explained.message
    assert "resume" in explained.advice


def test_an_error_that_nobody_expected_keeps_its_name(tmp_path):
    run = create_run(RunConfig(architecture="compact"), tmp_path)
    assert "ZeroDivisionError: division" in str(explain(ZeroDivisionError("division"), run))


def test_an_error_with_words_for_a_person_passes_unchanged(tmp_path):
    run = create_run(RunConfig(architecture="compact"), tmp_path)
    error = UserError("It rains.", "Take an umbrella.")
    assert explain(error, run) is error
    assert str(error) == "It rains. Take an umbrella."
