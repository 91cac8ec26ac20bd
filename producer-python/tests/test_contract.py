"""The contract with the Java side: bytes, bounds, partitions. Hostile objects break none of it."""

from __future__ import annotations

import base64
import enum
import http
import itertools
import json
import random
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from aragora_telemetry import TelemetryProducer
from aragora_telemetry.events import EVENT_TYPES
from aragora_telemetry.numbering import murmur2, partition_of
from aragora_telemetry.rules import RefusedError, checked
from aragora_telemetry.trace import Trace
from tests.support.broker import ROOT
from tests.support.capture import Capture
from tests.support.java import class_path, cross_check

needs_java = pytest.mark.skipif(class_path() is None, reason="module schemas is not built")


@pytest.fixture
def capture() -> Capture:
    return Capture()


@pytest.mark.parametrize(
    "key, expected",
    [
        (b"21", -973932308),
        (b"foobar", -790332482),
        (b"a-little-bit-long-string", -985981536),
        (b"a-little-bit-longer-string", -1486304829),
        (b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
        (b"abc", 479470107),
    ],
)
def test_murmur2_is_kafkas(key: bytes, expected: int) -> None:
    assert murmur2(key) == expected & 0xFFFFFFFF


@needs_java
def test_ten_thousand_random_keys_have_javas_partition() -> None:
    generator = random.Random(20261127)
    keys = [generator.randbytes(generator.randrange(0, 80)) for _ in range(10_000)]
    verdicts = cross_check([("debates", key, b"") for key in keys])
    assert [int(partition) for [partition] in verdicts] == [partition_of(key, 12) for key in keys]


class Raising:
    """Raises whatever is asked of it."""

    def __str__(self) -> str:
        raise RuntimeError("no text")

    __repr__ = __str__
    __len__ = __iter__ = __index__ = __float__ = __eq__ = __hash__ = __str__  # type: ignore[assignment]


class RaisingMapping(Mapping[str, Any]):
    def __getitem__(self, key: str) -> Any:
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        raise RuntimeError("no keys")

    def __len__(self) -> int:
        return 1


class Endless(Sequence[str]):
    """Has one element, if it is asked for its length."""

    def __getitem__(self, index: Any) -> Any:
        return "again"

    def __len__(self) -> int:
        return 1


class EndlessMapping(Mapping[str, Any]):
    def __getitem__(self, key: str) -> Any:
        return 1

    def __iter__(self) -> Iterator[str]:
        return (f"k{n}" for n in itertools.count())

    def __len__(self) -> int:
        return 1


class Proxy:
    """Stands for a local proxy outside of its context: even its class is not to be had."""

    @property
    def __class__(self) -> Any:
        raise RuntimeError("outside of the context")

    @__class__.setter
    def __class__(self, value: Any) -> None:
        raise RuntimeError("outside of the context")


class HostileText(str):
    def __str__(self) -> str:
        raise RuntimeError("no text")

    def __len__(self) -> int:
        return -1

    def encode(self, *_: Any) -> bytes:  # type: ignore[override]
        raise RuntimeError("no bytes")


class Colour(str, enum.Enum):
    RED = "red"


def endless() -> dict[str, Any]:
    loop: dict[str, Any] = {"list": []}
    loop["list"].append(loop)
    return loop


def deep() -> dict[str, Any]:
    value: Any = 1
    for _ in range(500):
        value = {"d": [value]}
    return {"deep": value}


HOSTILE: list[Callable[[], Any]] = [
    Raising,
    RaisingMapping,
    Endless,
    EndlessMapping,
    Proxy,
    lambda: {"proxy": Proxy(), "list": [Proxy()], "raising": RaisingMapping()},
    lambda: {"endless": EndlessMapping()},
    endless,
    deep,
    lambda: HostileText("text"),
    lambda: Colour.RED,
    lambda: float("nan"),
    lambda: float("inf"),
    lambda: -float("inf"),
    lambda: -0.0,
    lambda: 1e308,
    lambda: 5e-324,
    lambda: 10**400,
    lambda: -(10**30),
    lambda: 2**63,
    lambda: True,
    lambda: None,
    lambda: "",
    lambda: "\ud800",
    lambda: "a\udc00\ud83d\ude00\ud83d",
    lambda: "😀" * 600,
    lambda: "x" * 1_024,
    lambda: "x" * 1_025,
    lambda: "é" * 5_000,
    lambda: "\x00\x1f\u2028\\\"'",
    lambda: "x" * 10_000_000,
    lambda: "\ud800" * 100_000,
    lambda: b"\xff\x00bytes",
    lambda: dict.fromkeys(["\ud800", "\ud801", "\ufffd"], 1),
    lambda: {1: "int", None: "none", (1, 2): "tuple"},
    lambda: {Raising: 1, "r": Raising()},
    lambda: {"x": [Raising(), float("nan"), 2**70, {3, 4}, b"\xff", datetime.now()]},
    lambda: {f"k{n}": n for n in range(1_001)},
    lambda: {"k" * 70_000: 1},
    lambda: {"big": ["y" * 60_000] * 30},
    lambda: {"many": list(range(10_001))},
    lambda: {"wide": [list(range(9_000))] * 40},
    lambda: ["claude", "gpt"],
    lambda: ("a",) * 10_001,
    lambda: ["ok", Raising()],
    lambda: ["\udfff", "x" * 2_000],
    lambda: [[]],
    lambda: http.HTTPStatus.NOT_FOUND,
    lambda: timedelta(seconds=2),
    lambda: timedelta(seconds=-2),
    lambda: 0,
    lambda: 5.0,
    lambda: 5.5,
    lambda: 600,
    lambda: "WARNING",
    lambda: "success",
    lambda: "consensus",
    lambda: iter([1]),
]

TIMES: list[Any] = [
    None,
    0,
    -1.0,
    float("nan"),
    1e300,
    "now",
    True,
    datetime(2019, 1, 1, tzinfo=timezone.utc),
    datetime(2025, 6, 1, 12, tzinfo=timezone(timedelta(hours=5))),
    1_700_000_000.123_456_7,
]
TRACES: list[Any] = [
    None,
    "nonsense",
    5,
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    Trace("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more", "53995c3f42cd8ad8"),
    Trace("\ud800", "0" * 16),
]


def ordinary(kind: str, name: str) -> Any:
    """A value that is right for a field."""
    by_name = {"outcome": "consensus", "level": "INFO", "interval_seconds": 10}
    by_kind = {
        "name": "claude",
        "label": "law",
        "text": "Why?",
        "endpoint": "/api/debates",
        "one_of": "success",
        "count": 3,
        "status": 200,
        "seconds": 0.25,
        "number": 1500.5,
        "names": ["a", "b"],
        "counts": {"aragora.logs": 1},
        "object": {"a": 1},
    }
    return by_name.get(name, by_kind.get(kind))


def hostile_events(capture: Capture, rounds: int) -> int:
    """Emits events with hostile values in any field; returns how many were offered."""
    generator = random.Random(13)
    offered = 0
    for event_type in EVENT_TYPES.values():
        for field in event_type.fields:
            for make in HOSTILE:
                data = {f.name: ordinary(f.kind, f.name) for f in event_type.fields}
                data[field.name] = make()
                capture.telemetry.emit(event_type.name, data)
                offered += 1
        for _ in range(rounds):
            data = {
                f.name: generator.choice(HOSTILE)()
                if generator.random() < 0.08
                else ordinary(f.kind, f.name)
                for f in event_type.fields
            }
            capture.telemetry.emit(
                event_type.name,
                data,
                time=generator.choice(TIMES) if generator.random() < 0.2 else None,
                trace=generator.choice(TRACES),
            )
            offered += 1
    return offered


@needs_java
def test_every_accepted_event_is_valid_in_java(capture: Capture) -> None:
    offered = hostile_events(capture, 200)
    records = capture.records()
    accounts = capture.telemetry.stats().topics.values()
    assert sum(a.offered for a in accounts) == offered
    assert sum(a.dropped for a in accounts) == offered - len(records)
    assert 1_000 < len(records) < offered - 1_000
    for (topic, key, value), verdict in zip(records, cross_check(records), strict=True):
        assert verdict[1] == "valid", (verdict, value[:300])
        assert int(verdict[0]) == partition_of(key, 12)
        ours, theirs = json.loads(value), json.loads(base64.b64decode(verdict[2]))
        assert same(ours, theirs), (topic, value[:300], verdict[2][:300])
        checked(EVENT_TYPES[theirs["type"]], theirs["data"])  # what Java writes is valid here


def same(ours: Any, theirs: Any) -> bool:
    """Compares JSON values; durations are nanoseconds in Java, and empty ids are left out."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return all(same(value, theirs.get(name)) for name, value in ours.items()) and all(
            name in ours or theirs[name] is None for name in theirs
        )
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(same, ours, theirs))
    if isinstance(ours, (int, float)) and isinstance(theirs, (int, float)):
        return ours == theirs or abs(ours - theirs) <= 1e-9 or ours > 86_400 == theirs
    if isinstance(ours, str) and isinstance(theirs, str) and ours != theirs:
        return time_of(ours) is not None and time_of(ours) == time_of(theirs)
    return bool(ours == theirs)


def time_of(text: str) -> datetime | None:
    try:
        whole, _, fraction = text.rstrip("Z").partition(".")
        return datetime.fromisoformat(f"{whole}.{fraction[:6]:0<6}")
    except ValueError:
        return None


SCHEMAS = ROOT / "schemas/src/main/resources/org/aragora/telemetry/schemas"


def bounds_of_schemas() -> Iterator[tuple[str, str, Any, bool]]:
    """Type, field, a value at a bound or one beyond it, and if it is valid, from the schemas."""
    definitions = json.loads((SCHEMAS / "envelope.schema.json").read_text())["$defs"]

    def referred(rule: dict[str, Any]) -> dict[str, Any]:
        return {**definitions.get(rule.get("$ref", "").rpartition("/")[2], {}), **rule}

    for name in EVENT_TYPES:
        schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text())
        for field, rule in schema["properties"]["data"]["properties"].items():
            rule = referred(rule)
            cases: list[tuple[Any, bool]] = []
            if longest := rule.get("maxLength"):
                cases += [("😀" * longest, True), ("😀" * (longest + 1), False)]
                cases += [("\ud83d\ude00" * longest, True), ("x" * (longest + 1), False)]
            if "maximum" in rule and rule["maximum"] < 1e18:
                cases += [(rule["maximum"], True), (rule["maximum"] + 1, False)]
            if "minimum" in rule and rule["minimum"] > -1e18:
                cases += [(rule["minimum"], True), (rule["minimum"] - 1, False)]
            if most := rule.get("maxItems"):
                cases += [(["a"] * most, True), (["a"] * (most + 1), False)]
                longest = referred(rule["items"])["maxLength"]
                cases += [(["😀" * longest], True), (["😀" * longest + "a"], False)]
            if "propertyNames" in rule:
                most = rule["maxProperties"]
                cases += [({str(n): 1 for n in range(most)}, True)]
                cases += [({str(n): 1 for n in range(most + 1)}, False)]
                longest = rule["propertyNames"]["maxLength"]
                cases += [({"😀" * longest: 1}, True), ({"😀" * longest + "a": 1}, False)]
            yield from ((name, field, value, valid) for value, valid in cases)


def test_every_bound_of_the_schemas_is_ours() -> None:
    cases = list(bounds_of_schemas())
    assert len(cases) > 150
    for name, field, value, valid in cases:
        event_type = EVENT_TYPES[name]
        data = {f.name: ordinary(f.kind, f.name) for f in event_type.fields}
        data[field] = value
        try:
            checked(event_type, data)
            accepted = True
        except RefusedError:
            accepted = False
        assert accepted == valid, (name, field, str(value)[:40])


@needs_java
def test_every_sample_of_java_is_valid_in_python(capture: Capture) -> None:
    samples = sorted(ROOT.glob("schemas/src/main/resources/**/*.sample.json"))
    assert len(samples) == len(EVENT_TYPES)
    types = [EVENT_TYPES[json.loads(sample.read_text())["type"]] for sample in samples]
    values = [sample.read_bytes().strip() for sample in samples]
    verdicts = cross_check((t.topic, b"k", v) for t, v in zip(types, values, strict=True))
    for event_type, verdict in zip(types, verdicts, strict=True):
        java = json.loads(base64.b64decode(verdict[2]))
        assert checked(event_type, java["data"]) == java["data"]
        assert capture.telemetry.emit(java["type"], java["data"])
        ours = capture.one()
        assert ours["data"] == java["data"]
        assert set(java) - set(ours) <= {"traceparent", "parentspanid"}


def test_methods_are_javas_in_snake_case() -> None:
    source = (
        ROOT / "producer-lib/src/main/java/org/aragora/telemetry/producer/TelemetryProducer.java"
    )
    public = re.findall(r"^  public (?:static )?[\w.]+ (\w+)\(", source.read_text(), re.MULTILINE)
    names = {re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower() for name in public} - {"builder"}
    assert {"debate_started", "agent_call_completed", "log", "stats", "close"} <= names
    assert names <= set(dir(TelemetryProducer))


def test_fields_are_those_of_the_json_schemas() -> None:
    schemas = sorted(ROOT.glob("schemas/src/main/resources/**/ai.aragora.*.schema.json"))
    assert len(schemas) == len(EVENT_TYPES)
    for path in schemas:
        schema = json.loads(path.read_text())
        event_type = EVENT_TYPES[path.name.removesuffix(".schema.json")]
        text = json.dumps(schema)
        for field in event_type.fields:
            assert f'"{field.name}"' in text
        required = {f.name for f in event_type.fields if not f.optional}
        data = schema.get("properties", {}).get("data", schema)
        assert set(data["required"]) == required


@pytest.mark.parametrize(
    "data, sentence",
    [
        ({"request_id": ""}, "data.request_id must be a string that is not empty"),
        ({"request_id": None}, "data.request_id"),
        ({"request_id": "x" * 1_025}, "more than 1024 characters"),
        ({"request_id": "😀" * 1_025}, "more than 1024 characters"),
        ({"endpoint": "/" * 4_097}, "more than 4096 characters"),
        ({"status": 99}, "an integer from 100 to 599"),
        ({"status": 200.5}, "an integer from 100 to 599"),
        ({"status": True}, "an integer from 100 to 599"),
        ({"duration_seconds": -0.001}, "a number of seconds from 0"),
        ({"duration_seconds": 1e9 + 1}, "a number of seconds from 0"),
        ({"duration_seconds": float("nan")}, "a number of seconds from 0"),
        ({"duration_seconds": "1"}, "a number of seconds from 0"),
        ({"user_id": 5}, "data.user_id must be a string but is 5"),
    ],
)
def test_what_no_reader_counts_is_refused(
    capture: Capture, data: dict[str, Any], sentence: str
) -> None:
    right = {
        "request_id": "r",
        "method": "GET",
        "endpoint": "/",
        "status": 200,
        "duration_seconds": 1,
    }
    assert not capture.telemetry.emit("ai.aragora.request.completed.v1", {**right, **data})
    [message] = capture.refusals()
    assert sentence in message
    account = capture.telemetry.stats().topics["aragora.requests"]
    assert account.reasons == {"invalid": 1}


def test_connections_have_a_bound(capture: Capture) -> None:
    assert capture.telemetry.websocket_opened("c", 10_000_000)
    assert not capture.telemetry.websocket_opened("c", 10_000_001)


@pytest.mark.parametrize(
    "value, kept", [(5, 5), (7.0, 7), (http.HTTPStatus.OK, 200), (-1, 3), ("9", 3), (Raising(), 3)]
)
def test_heartbeats_have_the_count_of_the_events(capture: Capture, value: Any, kept: int) -> None:
    capture.telemetry.websocket_opened("c", 3)
    assert capture.telemetry.websocket_opened("c", value) is (kept != 3)
    assert capture.run.websockets == kept


def test_one_bad_value_of_free_fields_costs_that_value(capture: Capture) -> None:
    fields = {"proxy": Proxy(), "raising": RaisingMapping(), "good": 1}
    assert capture.telemetry.log_emitted("INFO", "x", "y", fields=fields)
    assert capture.one()["data"]["fields"] == {
        "proxy": "<Proxy without text>",
        "raising": "<RaisingMapping without text>",
        "good": 1,
    }


def test_long_texts_are_cut(capture: Capture) -> None:
    assert capture.telemetry.log_emitted("INFO", "app", "😀" * 70_000)
    message = capture.one()["data"]["message"]
    assert message == "😀" * 65_536 + "… [cut from 70000 characters]"


def test_event_over_a_mebibyte_is_too_large(capture: Capture) -> None:
    fields = {"big": ["\u0800" * 60_000] * 6}
    assert not capture.telemetry.log_emitted("INFO", "app", "m", fields=fields)
    assert capture.telemetry.stats().topics["aragora.logs"].reasons == {"too_large": 1}


def test_lone_surrogates_become_replacement_characters(capture: Capture) -> None:
    assert capture.telemetry.log_emitted(
        "INFO", "a\ud800", "\udc00b\ud83d\ude00", fields={"\ud800": ["\udfff"]}
    )
    data = capture.one()["data"]
    assert (data["logger"], data["message"]) == ("a\ufffd", "\ufffdb😀")
    assert data["fields"] == {"\ufffd": ["\ufffd"]}


def test_free_fields_become_json(capture: Capture) -> None:
    fields = {
        "nan": float("nan"),
        "raising": Raising(),
        "bytes": b"\xff!",
        "tuple": (1, None, True),
        "huge": 1 << 5_000,
        7: Colour.RED,
    }
    assert capture.telemetry.log_emitted("INFO", "app", "m", fields=fields)
    assert capture.one()["data"]["fields"] == {
        "nan": None,
        "raising": "<Raising without text>",
        "bytes": "\ufffd!",
        "tuple": [1, None, True],
        "huge": "<int of 5001 bits>",
        "7": "red",
    }


def test_keys_follow_the_contract(capture: Capture) -> None:
    telemetry = capture.telemetry
    telemetry.debate_started("d", ["a"])
    telemetry.elo_updated("claude", 1)
    telemetry.elo_updated("claude", 1, debate_id="d2")
    telemetry.agent_call_completed("c", "claude", "success", 1)
    telemetry.agent_call_completed("c", "claude", "success", 1, debate_id="d3")
    telemetry.log_emitted("INFO", "l", "m", debate_id="d4")
    telemetry.request_completed("r", "GET", "/", 200, 1)
    telemetry.websocket_opened("w", 1)
    keys = [(topic, key) for topic, key, _ in capture.records()]
    assert keys == [
        ("debates", b"d"),
        ("debates", b"claude"),
        ("debates", b"d2"),
        ("requests", b"r"),
        ("requests", b"w"),
        ("agent-calls", b"c"),
        ("agent-calls", b"d3"),
        ("logs", b"/aragora/instances/api-1"),
    ]


@pytest.mark.parametrize("when", [1_700_000_000.5, datetime.fromtimestamp(1_700_000_000.5)])
def test_time_is_the_hosts(capture: Capture, when: Any) -> None:
    assert capture.telemetry.debate_started("d", ["a"], time=when)
    assert capture.one()["time"] == "2023-11-14T22:13:20.500000Z"


def test_time_over_an_hour_ahead_is_refused(capture: Capture) -> None:
    assert not capture.telemetry.debate_started("d", ["a"], time=time.time() + 3_700)
    assert capture.telemetry.debate_started("d", ["a"], time=time.time() + 3_500)


def test_unknown_type_is_refused(capture: Capture) -> None:
    assert not capture.telemetry.emit("ai.aragora.debate.paused.v1", {})
    assert not capture.telemetry.emit(5, {})  # type: ignore[arg-type]
    assert not capture.telemetry.emit("ai.aragora.debate.started.v1", None)  # type: ignore[arg-type]


def test_numpy_like_numbers_are_numbers(capture: Capture) -> None:
    class Index:
        def __index__(self) -> int:
            return 404

    class Float(float):
        def __repr__(self) -> str:
            return "not JSON"

    assert capture.telemetry.request_completed("r", "GET", "/", Index(), Float(0.5))  # type: ignore[arg-type]
    data = capture.one()["data"]
    assert (data["status"], data["duration_seconds"]) == (404, 0.5)
