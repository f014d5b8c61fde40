"""Each optimizer, clipping and average over two devices against the same on one."""

import pytest

from tests.processes import run_python
from tests.training.sharing.test_replicas import _BEGINNING, _STEPS


def test_two_devices_take_the_steps_of_one():
    run_python(f"""{_BEGINNING}{_STEPS}
compare(41, optimizer=AdamWConfig(weight_decay=0.5), training=TrainingConfig(clip_norm=0.05))
compare(41, optimizer=LionConfig(), training=TrainingConfig(clip_value=0.003))
compare(41, optimizer=MuonConfig(weight_decay=0.5))
""")


@pytest.mark.parametrize("policy", ["float32", "mixed_float16"])
def test_averages_are_those_of_one_device_and_the_same_on_both(policy):
    """In half precision a step of another sum may be another: there they need only be alike."""
    run_python(f"""{_BEGINNING}
keras.config.set_dtype_policy("{policy}")

def trained(strategy, averaging):
    training = TrainingConfig(averaging=averaging, clip_norm=1.0)
    trainer = trainer_of(strategy, training=training)
    trainer.train(trainer.stream(batches(*data(80))), np.full(5, 0.01, np.float32))
    variables = trainer.network.trainable_variables
    raw = [v.numpy() for v in variables]
    loss, _ = trainer.evaluate(batches(*data(80)), lambda: False)
    assert all(np.array_equal(a, v.numpy()) for a, v in zip(raw, variables, strict=True))
    trainer.keep_average()
    if strategy:
        for variable in variables:
            one, other = two.experimental_local_results(variable.value)
            assert np.array_equal(one.numpy(), other.numpy()), variable.path
    return raw, loss, trainer.network.get_weights()

close = 2e-5 if "{policy}" == "float32" else 5e-3
for averaging in (EmaConfig(momentum=0.5), LookaheadConfig(k=2, alpha=0.3)):
    (raw, loss, kept), (others, other, shared) = (trained(s, averaging) for s in (None, two))
    assert abs(loss - other) < close, (loss, other)
    for ones, twos in ((raw, others), (kept, shared)):
        assert max(np.abs(a - b).max() for a, b in zip(ones, twos, strict=True)) < close
    assert max(np.abs(a - b).max() for a, b in zip(raw, kept, strict=True)) > 1e-4
""")


def test_a_momentum_for_each_step_is_the_same_on_both():
    run_python(f"""{_BEGINNING}
found = []
for strategy in (None, two):
    for optimizer in (SgdConfig(), AdamConfig(), MuonConfig()):
        with strategy.scope() if strategy else nullcontext():
            network = trainer_of(strategy).network
        trainer = Trainer(network, optimizer, strategy=strategy, momentum=0.95)
        momenta = np.array([0.95, 0.9, 0.8, 0.7, 0.85], np.float32)
        stream = trainer.stream(batches(*data(80)))
        trainer.train(stream, np.full(5, 0.003, np.float32), momenta)
        found.append(network.get_weights())
for ones, others in zip(found[:3], found[3:], strict=True):
    assert max(np.abs(a - b).max() for a, b in zip(ones, others, strict=True)) < 2e-5
""")
