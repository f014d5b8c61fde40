"""What people read in place of names made for machines."""

from core.config import (
    LONGEST_TITLE,
    PRESETS,
    ConstantSchedule,
    CyclicalSchedule,
    DatasetConfig,
    RunConfig,
    parse_config,
)
from pages.session.titles import config_title, learning_rates, network_title


def test_a_network_is_called_by_its_preset_until_it_is_changed():
    preset = PRESETS["catdog-4"]
    assert network_title(preset.architecture) == preset.title
    other_head = preset.architecture.model_copy(update={"head": "softmax"})
    assert network_title(other_head) == preset.title
    changed = preset.architecture.model_copy(update={"dense": (256,)})
    assert network_title(changed) == f"{preset.title} (changed)"


def test_a_network_of_ones_own_is_called_by_its_name_until_it_is_changed():
    mine = PRESETS["compact"].architecture.model_copy(update={"name": "mine"})
    changed = mine.model_copy(update={"dense": ()})
    assert network_title(changed) == "mine", "of a run, whose network may be another by now"
    assert network_title(changed, {"other": mine}) == "mine"
    assert network_title(changed, {"mine": mine}) == "mine (changed)"
    assert network_title(mine, {"mine": mine}) == "mine"
    two_classes = mine.model_copy(update={"head": "sigmoid"})
    assert network_title(two_classes, {"mine": mine}) == "mine"


def test_a_run_without_a_title_says_what_it_trains_on_what():
    config = RunConfig(architecture="compact", dataset=DatasetConfig(name="cifar10"))
    assert config_title(config) == "CIFAR-10 · Compact"
    assert config_title(config.model_copy(update={"title": "Mine"})) == "Mine"


def test_a_title_made_of_long_names_is_one_that_a_configuration_may_have():
    """A record with a longer one would be refused when it is read."""
    mine = PRESETS["compact"].architecture.model_copy(update={"name": f"{'n' * 58}-mine"})
    config = RunConfig(architecture=mine, dataset=DatasetConfig(name=f"my-{'d' * 90}"))
    title = config_title(config)
    assert title.startswith("My") and title.endswith("-mine") and "…" in title
    assert len(title) == LONGEST_TITLE
    titled = config.model_copy(update={"title": title})
    assert parse_config(titled.model_dump(mode="json")).title == title


def test_a_cycle_has_two_rates():
    assert learning_rates(ConstantSchedule(learning_rate=0.006)) == "0.006"
    assert learning_rates(CyclicalSchedule()) == "0.0001 to 0.006"
