"""Networks of one's own: files under any name, read within bounds, and nothing else's."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from core.config import PRESETS, ArchitectureConfig
from core.errors import ConfigError
from core.runs.networks import (
    MOST,
    delete_network,
    list_networks,
    network_json,
    networks_version,
    save_network,
)

NETWORK = ArchitectureConfig(blocks=[{"filters": 8, "residual": True}])


@pytest.mark.parametrize(
    "name",
    ["mine", "a b", "../../etc/passwd", ".hidden", "50% / 2%2F", "网络", "a\tb", "c:\\x", "~"],
)
def test_any_name_is_a_file_of_the_folder_and_comes_back(tmp_path: Path, name: str) -> None:
    given = save_network(name, NETWORK, tmp_path)
    assert [path.parent for path in tmp_path.rglob("*.json")] == [tmp_path / ".networks"]
    assert list_networks(tmp_path) == {given: NETWORK.model_copy(update={"name": given})}
    assert given == name.replace("\t", " ")
    delete_network(given, tmp_path)
    assert not list_networks(tmp_path)
    delete_network(given, tmp_path)  # twice is no fault


@pytest.mark.parametrize("name", ["", "  ", "\n", "x" * 41, *PRESETS])
def test_what_cannot_be_a_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError):
        save_network(name, NETWORK, tmp_path)
    assert not list(tmp_path.iterdir())


def test_saving_again_replaces(tmp_path: Path) -> None:
    save_network("mine", NETWORK, tmp_path)
    save_network("mine", PRESETS["vgg-6"].architecture, tmp_path)
    assert len(list_networks(tmp_path)["mine"].blocks) == 3


def test_a_file_put_there_by_hand_bears_its_own_name(tmp_path: Path) -> None:
    folder = tmp_path / ".networks"
    folder.mkdir()
    (folder / "copied.json").write_bytes(network_json(PRESETS["vgg-6"].architecture))
    assert list_networks(tmp_path)["copied"].name == "copied"


@pytest.mark.parametrize("file", ["a%20b", " a b", "a%20b "])
def test_a_name_spelled_otherwise_by_hand_is_replaced_and_deleted(tmp_path: Path, file: str):
    folder = tmp_path / ".networks"
    folder.mkdir()
    (folder / f"{file}.json").write_bytes(network_json(PRESETS["vgg-6"].architecture))
    assert list(list_networks(tmp_path)) == ["a b"]
    save_network("a b", NETWORK, tmp_path)
    assert list_networks(tmp_path)["a b"].blocks == NETWORK.blocks
    (folder / f"{file}.json").write_bytes(network_json(NETWORK))
    delete_network("a b", tmp_path)
    assert not list(folder.iterdir())


def test_as_many_are_saved_as_are_listed_and_one_more_is_refused(tmp_path: Path) -> None:
    for number in range(MOST):
        save_network(f"n{number:03}", NETWORK, tmp_path)
    with pytest.raises(ConfigError, match=r"100 saved networks already.* Delete one"):
        save_network("zebra", NETWORK, tmp_path)
    save_network("n007", PRESETS["vgg-6"].architecture, tmp_path)
    assert len(list_networks(tmp_path)) == MOST == len(list((tmp_path / ".networks").iterdir()))
    delete_network("n000", tmp_path)
    save_network("zebra", NETWORK, tmp_path)
    assert "zebra" in list_networks(tmp_path)


def test_what_is_no_network_is_left_out(tmp_path: Path) -> None:
    save_network("good", NETWORK, tmp_path)
    folder = tmp_path / ".networks"
    (folder / "torn.json").write_text("{")
    (folder / "large.json").write_bytes(b" " * 2_000_000)
    (folder / "folder.json").mkdir()
    (folder / "note.txt").write_text("nothing")
    (folder / "link.json").symlink_to("/dev/zero")
    os.mkfifo(folder / "pipe.json")
    (folder / os.fsdecode(b"\xff.json")).write_bytes(network_json(NETWORK))
    assert "good" in list_networks(tmp_path)
    assert len(list_networks(tmp_path)) == 2, "a name that is no text is shown as text"


def test_no_folder_is_no_network(tmp_path: Path) -> None:
    assert list_networks(tmp_path) == {}
    (tmp_path / ".networks").write_text("a file in its place")
    assert list_networks(tmp_path) == {}


def test_the_version_is_another_when_a_network_is_saved_changed_or_deleted(tmp_path: Path):
    seen = [networks_version(tmp_path)]
    for filters in (8, 9):
        save_network("mine", ArchitectureConfig(blocks=[{"filters": filters}]), tmp_path)
        seen.append(networks_version(tmp_path))
    save_network("other", NETWORK, tmp_path)
    seen.append(networks_version(tmp_path))
    assert len(set(seen)) == 4 and networks_version(tmp_path) == seen[-1]
    delete_network("other", tmp_path)
    assert networks_version(tmp_path) == seen[2]
