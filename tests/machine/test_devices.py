"""Precision by device, and the environment that a worker gets."""

from __future__ import annotations

import os
from pathlib import Path

import psutil
import pytest

from core.machine import devices


@pytest.mark.parametrize(
    ("capability", "precision"),
    [
        ((9, 0), "mixed_bfloat16"),
        ((8, 0), "mixed_bfloat16"),
        ((7, 5), "mixed_float16"),
        ((7, 0), "mixed_float16"),
        ((6, 1), "float32"),
    ],
)
def test_precision_of_a_gpu(capability, precision):
    found = devices.gpu_device("A card", capability)
    assert found.precision == precision
    assert f"{capability[0]}.{capability[1]}" in found.reason


@pytest.mark.parametrize(
    ("flags", "precision"),
    [
        ({"avx512_bf16"}, "mixed_bfloat16"),
        ({"amx_bf16"}, "mixed_bfloat16"),
        ({"avx2", "avx512f"}, "float32"),
    ],
)
def test_precision_of_a_processor(monkeypatch, flags, precision):
    monkeypatch.setattr(devices, "_processor", lambda: ("Some CPU", frozenset(flags)))
    assert devices.cpu_device().precision == precision
    assert "Some CPU" in devices.cpu_device().name


def test_cards_are_read_from_the_driver_s_words(monkeypatch, tmp_path: Path):
    command = tmp_path / "nvidia-smi"
    command.write_text("#!/bin/sh\necho 'NVIDIA A100, 8.0, 81920'\necho 'NVIDIA T4, 7.5, [N/A]'\n")
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert devices._graphics_cards() == [
        ("NVIDIA A100", (8, 0), 80 * 2**30),
        ("NVIDIA T4", (7, 5), None),
    ]
    command.write_text("#!/bin/sh\nexit 9\n")
    assert devices._graphics_cards() is None, "it did not say that there is none"


@pytest.mark.parametrize(
    ("memories", "known"), [((8, 16), 16), ((16,), 16), ((16, None), None), ((None,), None)]
)
def test_a_device_s_memory_is_that_of_the_largest_card(graphics_cards, memories, known):
    graphics_cards(len(memories), memories)
    assert devices.describe_device().memory == known


def test_a_processor_s_memory_is_not_said_where_there_may_be_a_card(graphics_cards):
    graphics_cards(0)
    assert devices.describe_device().memory >= psutil.virtual_memory().total
    graphics_cards(None)
    assert devices.describe_device().memory is None


def test_without_the_driver_s_command_there_is_no_card_where_there_is_no_driver(
    monkeypatch, tmp_path: Path
):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(devices, "_DRIVER", (tmp_path / "nvidiactl",))
    assert devices._graphics_cards() == []
    (tmp_path / "nvidiactl").touch()
    assert devices._graphics_cards() is None


@pytest.mark.parametrize("before", [None, "1", ""])
def test_a_worker_gets_the_card_that_the_page_hides_from_itself(monkeypatch, before):
    monkeypatch.delenv(devices._SAVED, raising=False)
    if before is None:
        monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    else:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", before)
    monkeypatch.setenv(devices._SAVED, devices._UNSET if before is None else before)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    devices.hide_gpu_from_this_process()
    assert os.environ["CUDA_VISIBLE_DEVICES"] == "-1"
    environment = devices.worker_environment()
    assert environment.get("CUDA_VISIBLE_DEVICES") == before
    assert devices._SAVED not in environment
