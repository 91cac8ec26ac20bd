"""The Kafka client. Another takes its place when it fails permanently."""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable, Mapping
from typing import Any

from .outbox import Sent
from .setting_error import SettingsError

try:
    # The client imports its module admin at the first look at topics, on the sender thread. A child
    # that is forked meanwhile would wait for that import for ever.
    import confluent_kafka.admin  # noqa: F401
    from confluent_kafka import KafkaError, KafkaException, Producer
except Exception as e:  # the host runs without it, and without telemetry
    _unavailable: str | None = f"confluent-kafka cannot be imported ({type(e).__name__}: {e})."
    KafkaError = KafkaException = Exception  # type: ignore[misc, assignment]
else:
    _unavailable = None

HEADERS = [("content-type", b"application/cloudevents+json")]

FIXED: Mapping[str, Any] = {
    "enable.idempotence": True,
    "acks": "all",
    "max.in.flight.requests.per.connection": 1,  # with more, a first batch can be lost; RATIONALE
    "message.timeout.ms": 0,
    "allow.auto.create.topics": False,
}
"""What the guarantees rest on: the client gives nothing up by time, and stores nothing twice."""

DEFAULTS: Mapping[str, Any] = {
    "compression.type": "lz4",
    "linger.ms": 5,
    "message.max.bytes": 2 << 20,
    "queue.buffering.max.messages": 100_000,
    "reconnect.backoff.max.ms": 2_000,
    "log_level": 0,
}


def _codes(*names: str) -> frozenset[int]:
    return frozenset(getattr(KafkaError, name) for name in names if _unavailable is None)


_HOPELESS = _codes(
    "MSG_SIZE_TOO_LARGE",
    "RECORD_LIST_TOO_LARGE",
    "INVALID_MSG",
    "INVALID_MSG_SIZE",
    "INVALID_RECORD",
    "_BAD_MSG",
    "_INVALID_ARG",
)
_MISPLACED = _codes("_UNKNOWN_PARTITION", "_UNKNOWN_TOPIC", "UNKNOWN_TOPIC_OR_PART")

_leaked: list[object] = []


def require_client() -> None:
    """Raises ``SettingsError`` if the Kafka client cannot be imported here."""
    if _unavailable is not None:
        raise SettingsError(_unavailable)


class LinkFullError(Exception):
    """The client holds as much as it may."""


class LinkBrokenError(Exception):
    """The client has failed permanently."""


class Failure:
    """A client's error: ``hopeless`` if the event itself is at fault, ``misplaced`` if its
    partition may be gone."""

    __slots__ = ("hopeless", "misplaced", "words")

    def __init__(self, words: str, hopeless: bool = False, misplaced: bool = False) -> None:
        self.words = words
        self.hopeless = hopeless
        self.misplaced = misplaced

    @staticmethod
    def of(error: object) -> Failure:
        """Reads an error of the client, or an exception with one."""
        if isinstance(error, KafkaException) and error.args:
            error = error.args[0]
        if isinstance(error, KafkaError):
            code = error.code()
            return Failure(str(error.str()), code in _HOPELESS, code in _MISPLACED)
        return Failure(f"{type(error).__name__}: {error}")


class Link:
    """One process's client. Used by the sender thread only."""

    def __init__(self, settings: Mapping[str, str], client_id: str) -> None:
        """Raises ``SettingsError`` if the client refuses its settings."""
        self.generation = 0
        self.warnings: list[str] = []
        self.trouble: str | None = None
        self._fatal = False
        self._settings = dict(settings)
        self._client_id = client_id
        self._client = self._connect()

    def _connect(self) -> Any:
        while True:
            config = {
                "client.id": self._client_id,
                **DEFAULTS,
                **self._settings,
                **FIXED,
                "error_cb": self._on_error,
            }
            try:
                return Producer(config)
            except KafkaException as e:
                words = Failure.of(e).words
                unknown = _unknown_property(words)
                if unknown is None or unknown not in self._settings:
                    raise SettingsError(f"The Kafka client refuses its settings: {words}") from None
                del self._settings[unknown]
                variable = "KAFKA_" + unknown.upper().replace(".", "_")
                self.warnings.append(
                    f"{variable} is ignored, because {unknown} is not a setting of the client."
                )
            except Exception as e:  # such as a value that is not text
                words = f"{type(e).__name__}: {e}"
                raise SettingsError(f"The Kafka client refuses its settings: {words}.") from None

    def _on_error(self, error: Any) -> None:
        self.trouble = str(error.str())
        if error.fatal():
            self._fatal = True

    @property
    def broken(self) -> bool:
        """True if the client has failed permanently."""
        return self._fatal

    def partitions(self, timeout: float) -> dict[str, int]:
        """Partition counts of all topics. Never creates one, as asking for one by name may."""
        try:
            topics = self._client.list_topics(timeout=timeout).topics
        except KafkaException as e:
            self._note_fatal(e)
            raise
        return {
            name: len(topic.partitions) for name, topic in topics.items() if topic.error is None
        }

    def produce(self, topic: str, sent: Sent, delivered: Callable[[Any, Any], None]) -> None:
        """Hands an event to the client; raises if it has not taken it."""
        try:
            self._client.produce(
                topic,
                value=sent.value,
                key=sent.key,
                partition=sent.partition,
                headers=HEADERS,
                on_delivery=delivered,
            )
        except BufferError:
            raise LinkFullError from None
        except KafkaException as e:
            self._note_fatal(e)
            if self._fatal:
                raise LinkBrokenError from None
            raise

    def _note_fatal(self, failure: KafkaException) -> None:
        error = failure.args[0] if failure.args else None
        if isinstance(error, KafkaError) and (error.fatal() or error.code() == KafkaError._FATAL):
            self.trouble = str(error.str())
            self._fatal = True

    def poll(self, timeout: float = 0.0) -> None:
        """Lets the client report deliveries and errors."""
        self._client.poll(timeout)

    def replace(self) -> None:
        """Makes a new client in place of a broken one.

        Acknowledgements that the old one still has are taken first.
        """
        old = self._client
        old.poll(0)
        self.generation += 1
        self._end(old, 1.0)
        self._client = self._connect()
        self._fatal = False

    def close(self, timeout: float) -> None:
        """Ends the client, whatever it still holds."""
        self.generation += 1
        self._end(self._client, timeout)
        self._client = None

    @staticmethod
    def _end(client: Any, timeout: float) -> None:
        until = time.monotonic() + timeout
        client.purge()
        while len(client) and time.monotonic() < until:
            client.poll(0.05)

    def abandon(self) -> None:
        """In a forked child: never touches the parent's client again, nor lets it be freed.

        Its threads are in the parent only, so to free it would wait for them for ever.
        """
        client = self._client
        if client is not None:
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(client))
            _leaked.append(client)


def _unknown_property(words: str) -> str | None:
    mark = 'No such configuration property: "'
    start = words.find(mark)
    return words[start + len(mark) :].split('"', 1)[0] if start >= 0 else None
