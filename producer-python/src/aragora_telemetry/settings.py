"""Settings, declared once: name in the environment, default, rule and description."""

from __future__ import annotations

import difflib
import os
import re
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from .client_settings import client_settings
from .setting_error import SettingsError

__all__ = ["DECLARED", "PREFIX", "SWITCH", "Declared", "Settings", "SettingsError", "is_on"]

PREFIX = "ARAGORA_TELEMETRY_"
SWITCH = "ARAGORA_TELEMETRY"

_INSTANCE_ID = re.compile(r"[A-Za-z0-9._~:@-]{1,128}")
_TOPIC_PREFIX = re.compile(r"[a-zA-Z0-9._-]{0,200}")
_KUBERNETES = re.compile(r"PORT.*|.*_PORT(_.*)?|SERVICE_.*|.*_SERVICE_HOST")
_MIB = 1 << 20

_UPSTREAM = frozenset({"LEVEL"})
"""Names under our prefix that Aragora itself documents."""

_SERVICES = frozenset(
    """
    AGENT_SERVICE_SPANS APPLICATION_ID BIRTH_SECONDS CACHE_MAX_BYTES COMMIT_INTERVAL_MS
    CREATE_TOPICS DEBATE_DEADLINE_SECONDS DEBATE_LOOKBACK_SECONDS EXPORT_BATCH_AGE_MS
    EXPORT_BATCH_BYTES EXPORT_BATCH_RECORDS EXPORT_BUFFER_BYTES EXPORT_COMMIT_MS
    EXPORT_DRAIN_SECONDS EXPORT_IN_FLIGHT EXPORT_PROGRESS_SECONDS EXPORT_REBALANCE_WAIT_MS
    EXPORT_RETRY_BASE_MS EXPORT_RETRY_MAX_MS EXPORT_UNACKNOWLEDGED_RECORDS GROUP_PROTOCOL
    DEAD_LETTER_REDACTION LATE_GRACE_SECONDS LOGS_GROUP_ID LOGS_MIN_LEVEL LOKI_APP LOKI_BEARER_TOKEN
    LOKI_CA_CERTIFICATE LOKI_CLIENT_CERTIFICATE LOKI_CLIENT_KEY LOKI_INSTANCE_LIMIT
    LOKI_NAMESPACE LOKI_PASSWORD LOKI_STRUCTURED_METADATA LOKI_TENANT LOKI_TIMEOUT_MS
    LOKI_USERNAME MAX_CLOCK_SKEW_SECONDS METRICS_HOST NATIVE_HISTOGRAMS PAGE
    PAGE_ADDRESS PAGE_EXPORTERS PAGE_LOGS_URL PAGE_RECEIVER_URL PAGE_TRACES_URL PARTITIONS
    REDACTION REDACTION_KEEP_KEYS REDACTION_KEYS REDACTION_PATTERNS
    RUN_LIMIT SERIES_LIMIT SERIES_RETENTION_DAYS SESSION_TIMEOUT_MS SPANS_GROUP_ID
    STALL_SECONDS STANDBY_REPLICAS STATE_DIR STREAM_THREADS TRANSACTION_TIMEOUT_MS
    WEB_CONFIG_FILE WEB_HEALTH_EXEMPT
    """.split()  # noqa: SIM905
)
"""Settings of the pipeline's services: one environment may serve them and a host."""


@dataclass(frozen=True)
class Declared:
    """One setting: its variable is ``PREFIX + name``; ``target`` is the field of ``Settings``."""

    name: str
    target: str
    default: str
    read: Callable[[str], Any]
    must: str
    description: str

    @property
    def variable(self) -> str:
        """Name of the environment variable."""
        return PREFIX + self.name


def _instance_id(text: str) -> str:
    if not _INSTANCE_ID.fullmatch(text):
        raise ValueError
    return text


def _topic_prefix(text: str) -> str:
    if not _TOPIC_PREFIX.fullmatch(text):
        raise ValueError
    return text


def _within(low: float, high: float, kind: Callable[[str], Any]) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        number = kind(text)
        if not low <= number <= high:
            raise ValueError
        return number

    return read


def _heartbeat(text: str) -> float:
    seconds = float(text)
    if seconds != 0 and not 1 <= seconds <= 3600:
        raise ValueError
    return seconds


def _one_of(*names: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        for name in names:
            if text.lower() == name.lower():
                return name
        raise ValueError

    return read


def _on_off(text: str) -> bool:
    return bool(_one_of("off", "on")(text) == "on")


def _pattern(text: str) -> re.Pattern[str] | None:
    try:
        return re.compile(text) if text else None
    except re.error as e:
        raise ValueError from e


def _names(text: str) -> frozenset[str]:
    return frozenset(part.strip().lower() for part in text.split(",") if part.strip())


DECLARED: tuple[Declared, ...] = (
    Declared(
        "INSTANCE_ID",
        "instance_id",
        "",
        _instance_id,
        "1 to 128 letters, digits or ._~:@- signs",
        "Id of the instance; else ARAGORA_INSTANCE_ID, else the host's name. "
        "Every process of a host but the first adds its process id.",
    ),
    Declared(
        "TOPIC_PREFIX",
        "topic_prefix",
        "aragora.",
        _topic_prefix,
        "up to 200 letters, digits, dots, underscores and hyphens",
        "First part of the topics' names.",
    ),
    Declared(
        "HEARTBEAT_SECONDS",
        "heartbeat_seconds",
        "10",
        _heartbeat,
        "0 or a number from 1 to 3600",
        "Time between two heartbeats; 0: none, and no instance.stopped.",
    ),
    Declared(
        "QUEUE_EVENTS",
        "queue_events",
        "50000",
        _within(1, 10_000_000, int),
        "an integer from 1 to 10000000",
        "Events of one topic in memory, from acceptance to acknowledgement.",
    ),
    Declared(
        "QUEUE_BYTES",
        "queue_bytes",
        str(16 * _MIB),
        _within(4 * _MIB, 1 << 40, int),
        "an integer of 4194304 or more",
        "Bytes of one topic in memory, from acceptance to acknowledgement.",
    ),
    Declared(
        "SPOOL_DIR",
        "spool_dir",
        "",
        lambda text: Path(text) if text else None,
        "a directory",
        "Directory that keeps accepted events until they are acknowledged; they survive SIGKILL.",
    ),
    Declared(
        "SPOOL_BYTES",
        "spool_bytes",
        str(64 * _MIB),
        _within(16 * _MIB, 1 << 50, int),
        "an integer of 16777216 or more",
        "Bytes of one topic in the spool.",
    ),
    Declared(
        "SPOOL_FSYNC",
        "spool_fsync",
        "never",
        _one_of("never", "always"),
        "never or always",
        "always: an event is accepted when it is on the disk, and survives a loss of power.",
    ),
    Declared(
        "CLOSE_SECONDS",
        "close_seconds",
        "5",
        _within(0.1, 3600, float),
        "a number from 0.1 to 3600",
        "Time that the end of a process may take to send what is left.",
    ),
    Declared(
        "LOG_LEVEL",
        "log_level",
        "WARNING",
        _one_of("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL", "OFF"),
        "DEBUG, INFO, WARNING, ERROR, CRITICAL or OFF",
        "Instrumentation: lowest level of the log records that become events.",
    ),
    Declared(
        "REQUEST_EXCLUDE",
        "request_exclude",
        r"^/(healthz|readyz|metrics)/?$",
        _pattern,
        "a regular expression",
        "Instrumentation: requests whose path it matches are not events. Empty: none.",
    ),
    Declared(
        "CONTENT",
        "content",
        "on",
        _on_off,
        "on or off",
        "Instrumentation: off leaves out what people and models wrote (tasks, error texts).",
    ),
    Declared(
        "SOURCES_OFF",
        "sources_off",
        "",
        _names,
        "names, separated by commas",
        "Instrumentation: sources that are switched off.",
    ),
)


def is_on(environment: Mapping[str, str]) -> bool:
    """True if ARAGORA_TELEMETRY switches the instrumentation on."""
    return environment.get(SWITCH, "").strip().lower() in ("on", "1", "true", "yes")


@dataclass(frozen=True)
class Settings:
    """Settings of a producer and of the instrumentation. Each has a default.

    ``kafka`` holds client settings by librdkafka's names. ``warnings`` are sentences about
    variables that are left out.
    """

    instance_id: str = ""
    topic_prefix: str = "aragora."
    heartbeat_seconds: float = 10.0
    queue_events: int = 50_000
    queue_bytes: int = 16 * _MIB
    spool_dir: Path | None = None
    spool_bytes: int = 64 * _MIB
    spool_fsync: str = "never"
    close_seconds: float = 5.0
    log_level: str = "WARNING"
    request_exclude: re.Pattern[str] | None = re.compile(r"^/(healthz|readyz|metrics)/?$")
    content: bool = True
    sources_off: frozenset[str] = frozenset()
    kafka: Mapping[str, str] = field(
        default_factory=lambda: {"bootstrap.servers": "localhost:9092"}, repr=False
    )
    warnings: tuple[str, ...] = ()

    @staticmethod
    def from_environment(environment: Mapping[str, str] | None = None) -> Settings:
        """Reads the environment.

        Raises ``SettingsError`` in one sentence, which names the variable.
        """
        variables = os.environ if environment is None else environment
        _refuse_unknown(variables)
        values: dict[str, Any] = {}
        for declared in DECLARED:
            text = variables.get(declared.variable, "").strip()
            if text or (declared.variable in variables and declared.target == "request_exclude"):
                values[declared.target] = _read(declared, text)
        if "instance_id" not in values:
            values["instance_id"] = default_instance_id(variables)
        kafka, warnings = client_settings(variables)
        return Settings(kafka=kafka, warnings=tuple(warnings), **values)


def _read(declared: Declared, text: str) -> Any:
    try:
        return declared.read(text)
    except (ValueError, OverflowError):
        raise SettingsError(
            f'{declared.variable} cannot be used: "{text}" is not {declared.must}.'
        ) from None


def _refuse_unknown(variables: Mapping[str, str]) -> None:
    own = {declared.name for declared in DECLARED}
    known = own | _SERVICES | _UPSTREAM
    for variable in sorted(variables):
        if not variable.startswith(PREFIX):
            continue
        name = variable[len(PREFIX) :]
        plain = name[:-5] if name.endswith("_FILE") else name
        if name in known or plain in _SERVICES or _KUBERNETES.fullmatch(name):
            continue
        near = difflib.get_close_matches(name, sorted(own), 1)
        hint = f" The nearest is {PREFIX}{near[0]}." if near else ""
        raise SettingsError(f"{variable} is not a setting of Aragora telemetry.{hint}")


_PRODUCERS = (
    "topic_prefix", "heartbeat_seconds", "queue_events", "queue_bytes", "spool_bytes",
    "spool_fsync", "close_seconds",
)  # fmt: skip


def usable(settings: Settings) -> Settings:
    """The settings that a program has made, if a producer can use each.

    Raises ``SettingsError`` in one sentence, which names the field.
    """
    read: dict[str, Any] = {}
    for declared in DECLARED:
        if declared.target in _PRODUCERS:
            value = getattr(settings, declared.target)
            try:
                read[declared.target] = declared.read(str(value))
            except (ValueError, OverflowError):
                must = f"{value!r:.200} is not {declared.must}"
                raise SettingsError(f"{declared.target} cannot be used: {must}.") from None
    if not isinstance(settings.kafka, Mapping):
        raise SettingsError("kafka cannot be used: it is not a mapping of client settings.")
    if settings.spool_dir is not None:
        if not isinstance(settings.spool_dir, (str, Path)):
            raise SettingsError("spool_dir cannot be used: it is not a path.")
        read["spool_dir"] = Path(settings.spool_dir)
    return replace(settings, **read)


def default_instance_id(variables: Mapping[str, str]) -> str:
    """ARAGORA_INSTANCE_ID, else the name of the host, as far as ids may have its signs."""
    name = variables.get("ARAGORA_INSTANCE_ID", "").strip() or socket.gethostname()
    return re.sub(r"[^A-Za-z0-9._~:@-]", "-", name)[:100] or "host"


def checked_instance_id(text: str) -> str:
    """The id, if it is one; raises ``SettingsError``."""
    if not isinstance(text, str) or not _INSTANCE_ID.fullmatch(text):
        raise SettingsError(
            f"The instance id {text!r:.200} is not 1 to 128 letters, digits or ._~:@- signs."
        )
    return str(text)
