"""Checks of an installation: hooks, broker, topics, one event."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import io
import logging
import os
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib import metadata
from types import ModuleType

from .aragora.debates import Debates
from .aragora.hooks import Hook
from .aragora.session import Session
from .aragora.sources import all_hooks
from .events import TOPICS
from .link import Failure, require_client
from .producer import TelemetryProducer
from .settings import Settings, SettingsError

_SECONDS = 10.0


@dataclass(frozen=True)
class Finding:
    """One line of the report. ``ok`` is None if there is nothing to check."""

    name: str
    ok: bool | None
    text: str

    def __str__(self) -> str:
        mark = {True: "ok", False: "FAILED", None: "-"}[self.ok]
        return f"{self.name:<12} {mark:<7} {self.text}"


def main(probe: bool = True) -> int:
    """Prints the report. Returns 0 if every check passed, 1 if one failed, 2 for a bad setting."""
    try:
        require_client()
        settings = Settings.from_environment()
    except SettingsError as error:
        print(f"aragora-telemetry: {error}")
        return 2
    failed = False
    for finding in _findings(settings, probe):
        print(finding, flush=True)
        failed = failed or finding.ok is False
    return 1 if failed else 0


def _findings(settings: Settings, probe: bool) -> Iterator[Finding]:
    yield _version()
    yield from hooks(settings)
    broker = _broker(settings)
    yield from broker
    if probe and broker[0].ok:
        yield _probe(settings)


def hooks(settings: Settings) -> list[Finding]:
    """Imports what is hooked, and compares each function with what its wrapper was written for."""
    producer = TelemetryProducer(
        settings=replace(settings, heartbeat_seconds=0, spool_dir=None), lazy=True
    )
    session = Session(producer, settings)
    by_source: dict[str, list[Hook]] = {}
    for hook in all_hooks(session, Debates(session)):
        by_source.setdefault(hook.source.name, []).append(hook)
    return [_source(session, name, found) for name, found in by_source.items()]


def _source(session: Session, name: str, found: list[Hook]) -> Finding:
    source = session.sources[name]
    if not source.enabled:
        return Finding(name, None, "switched off by ARAGORA_TELEMETRY_SOURCES_OFF")
    absent = [hook.module for hook in found if not _installed(hook.module)]
    problems = [
        problem for hook in found if hook.module not in absent if (problem := _problem(hook))
    ]
    if problems:
        return Finding(name, False, f"{source.gives} are not reported: {'; '.join(problems)}")
    if absent:
        return Finding(name, None, f"{absent[0].split('.')[0]} is not installed")
    return Finding(name, True, source.gives)


def _problem(hook: Hook) -> str:
    found = []
    for name in hook.modules:
        try:
            module = _imported(name)
        except ModuleNotFoundError as error:
            missing = error.name or name
            own = name.startswith(missing)
            found.append("is missing: there is no such module" if own else f"needs {missing}")
            continue
        except Exception as error:
            found.append(f"cannot be imported ({type(error).__name__}: {error})")
            continue
        problem = hook.examine(module)
        if not problem:
            return ""
        found.append(problem)
    return f"{hook.module}.{hook.path} {found[0]}"


def _imported(name: str) -> ModuleType:
    with warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")
        logging.disable(logging.CRITICAL)
        try:
            return importlib.import_module(name)
        finally:
            logging.disable(logging.NOTSET)


def _installed(module: str) -> bool:
    try:
        return importlib.util.find_spec(module.split(".")[0]) is not None
    except (ImportError, ValueError):
        return False


def _version() -> Finding:
    try:
        return Finding("aragora", None, metadata.version("aragora"))
    except metadata.PackageNotFoundError:
        return Finding("aragora", None, "is not installed in this environment")


def _broker(settings: Settings) -> list[Finding]:
    from confluent_kafka.admin import AdminClient

    servers = settings.kafka.get("bootstrap.servers", "")
    try:
        client = AdminClient({**settings.kafka, "log_level": 0}, logger=_SILENT)
        found = client.list_topics(timeout=_SECONDS).topics
    except Exception as error:
        words = Failure.of(error).words
        return [Finding("broker", False, f"{servers} does not answer: {words}")]
    names = [settings.topic_prefix + topic for topic in TOPICS]
    missing = [name for name in names if name not in found or found[name].error]
    topics = Finding(
        "topics",
        not missing,
        f"missing: {', '.join(missing)}; bin/telemetry topics create makes them"
        if missing
        else ", ".join(f"{name} ({len(found[name].partitions)})" for name in names),
    )
    return [Finding("broker", True, servers), topics]


def _probe(settings: Settings) -> Finding:
    # It has no heartbeats, so that the probe is not an instance.
    settings = replace(settings, heartbeat_seconds=0, spool_dir=None)
    with TelemetryProducer(f"doctor-{os.getpid()}", settings=settings) as producer:
        producer.log_emitted(
            "DEBUG", "aragora_telemetry.doctor", "A probe of aragora-telemetry doctor."
        )
        producer.flush(_SECONDS)
        stats = producer.stats()
    topic = settings.topic_prefix + "logs"
    count = stats.topics[topic].acknowledged if topic in stats.topics else 0
    if count == 1:
        return Finding("probe", True, f"an event was acknowledged in {topic}")
    return Finding(
        "probe", False, stats.off or f"no acknowledgement from {topic} within {_SECONDS:.0f} s"
    )


_SILENT = logging.getLogger("aragora_telemetry.doctor.client")
_SILENT.addHandler(logging.NullHandler())
_SILENT.propagate = False
