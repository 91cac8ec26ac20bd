"""Sampling of roots."""

from __future__ import annotations

import random
import uuid

import pytest

from aragora_telemetry.sampling import Sampler


def sampler(name: str | None = None, argument: str | None = None) -> Sampler:
    environment = {"OTEL_TRACES_SAMPLER": name, "OTEL_TRACES_SAMPLER_ARG": argument}
    return Sampler.from_environment({k: v for k, v in environment.items() if v is not None})


@pytest.mark.parametrize(
    "name, root, under_sampled, under_unsampled",
    [
        (None, True, True, False),
        ("", True, True, False),
        ("always_on", True, True, True),
        ("always_off", False, False, False),
        ("parentbased_always_on", True, True, False),
        ("parentbased_always_off", False, True, False),
        ("Parentbased_TraceIdRatio", True, True, False),
    ],
)
def test_decisions(
    name: str | None, root: bool, under_sampled: bool, under_unsampled: bool
) -> None:
    trace_id = "4bf92f3577b34da6a3ce929d0e0e4736"
    decide = sampler(name)
    assert decide.warnings == ()
    assert decide.sampled(trace_id) is root
    assert decide.sampled(trace_id, True) is under_sampled
    assert decide.sampled(trace_id, False) is under_unsampled


def test_ratio_is_kept_and_depends_on_the_trace_id_alone() -> None:
    generator = random.Random(7)
    ids = [f"{generator.getrandbits(128):032x}" for _ in range(20_000)]
    decide = sampler("parentbased_traceidratio", "0.1")
    flags = [decide.flags(trace_id) for trace_id in ids]
    assert 1_850 < flags.count("01") < 2_150
    assert flags == [decide.flags("f" * 16 + trace_id[16:]) for trace_id in ids]


@pytest.mark.parametrize("ratio", [0.1, 0.5, 0.9])
def test_ratio_is_kept_for_the_uuids_of_aragora(ratio: float) -> None:
    generator = random.Random(11)
    ids = [uuid.UUID(int=generator.getrandbits(128), version=4).hex for _ in range(10_000)]
    decide = sampler("parentbased_traceidratio", str(ratio))
    sampled = sum(decide.sampled(trace_id) for trace_id in ids)
    assert abs(sampled - 10_000 * ratio) < 200


@pytest.mark.parametrize("argument, expected", [("0", "00"), ("1", "01"), ("1.0", "01")])
def test_ends_of_the_ratio(argument: str, expected: str) -> None:
    for trace_id in ("0" * 31 + "1", "f" * 32):
        assert sampler("traceidratio", argument).flags(trace_id) == expected


@pytest.mark.parametrize(
    "name, argument", [("jaeger", None), ("traceidratio", "ten percent"), ("traceidratio", "1.5")]
)
def test_bad_value_samples_all_with_a_warning(name: str, argument: str | None) -> None:
    decide = sampler(name, argument)
    assert len(decide.warnings) == 1
    assert decide.flags("f" * 32) == "01"
