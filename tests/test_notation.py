"""One notation for numbers, everywhere."""

import pytest

from core import notation


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (notation.count(2168362), "2,168,362"),
        (notation.short(0), "0"),
        (notation.short(999), "999"),
        (notation.short(1000), "1\u00a0k"),
        (notation.short(9248), "9.25\u00a0k"),
        (notation.short(552_362), "552\u00a0k"),
        (notation.short(999_600), "1\u00a0M"),
        (notation.short(1_048_576), "1.05\u00a0M"),
        (notation.short(39.5e12), "39,500\u00a0G"),
        (notation.large(999.4), "999"),
        (notation.large(999_700), "1 million"),
        (notation.large(999_700_000), "1 billion"),
        (notation.large(1.5e12), "1,500 billion"),
        (notation.decimal(9.84), "9.8"),
        (notation.decimal(-0.52), "−0.5"),
        (notation.decimal(-0.04), "0.0"),
        (notation.decimal(-0.0), "0.0"),
        (notation.decimal(-0.04, 2), "−0.04"),
        (notation.percent(0.978), "97.8 %"),
        (notation.percent(0.99444, 2), "99.44 %"),
        (notation.percent(0.00009), "<0.1 %"),
        (notation.percent(0.0), "0.0 %"),
        (notation.percent(0.9996), ">99.9 %"),
        (notation.percent(0.9994), "99.9 %"),
        (notation.percent(0.99996, 2), ">99.99 %"),
        (notation.percent(0.996, 0), ">99 %"),
        (notation.percent(1.0), "100.0 %"),
        (notation.percent(None), "–"),
        (notation.loss(0.86123), "0.8612"),
        (notation.loss(3e-7), "<0.0001"),
        (notation.loss(0.0), "0.0000"),
        (notation.loss(float("inf")), "inf"),
        (notation.loss(None), "–"),
        (notation.learning_rate(0.0), "0"),
        (notation.learning_rate(0.001), "0.001"),
        (notation.learning_rate(0.00113), "0.00113"),
        (notation.learning_rate(0.00113, 2), "0.0011"),
        (notation.learning_rate(1e-5), "1\u00a0×\u00a010⁻⁵"),
        (notation.learning_rate(3.16e-5, 2), "3.2\u00a0×\u00a010⁻⁵"),
        (notation.learning_rate(9.999e-5, 2), "0.0001"),
        (notation.learning_rate(1.288), "1.29"),
        (notation.learning_rate(100.0), "100"),
        (notation.size(170_052_171), "170 MB"),
        (notation.size(12), "12 B"),
        (notation.size(4.627e15), "4,627.0 TB"),
        (notation.duration(None), "–"),
        (notation.duration(12.4), "12 s"),
        (notation.duration(95), "1 min 35 s"),
        (notation.duration(7325), "2 h 02 min"),
    ],
)
def test_numbers_read_the_same_everywhere(shown: str, expected: str):
    assert shown == expected
