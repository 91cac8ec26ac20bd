"""Settings of the Kafka client: ``KAFKA_X_Y`` is ``x.y``, translated for librdkafka."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from .setting_error import SettingsError

PREFIX = "KAFKA_"
DEFAULT_BOOTSTRAP_SERVERS = "localhost:9092"

_KUBERNETES = re.compile(r"PORT.*|.*_PORT.*|SERVICE_.*|.*_SERVICE_HOST")

REFUSED = frozenset(
    {
        "acks",
        "request.required.acks",
        "enable.idempotence",
        "enable.gapless.guarantee",
        "max.in.flight",
        "max.in.flight.requests.per.connection",
        "transactional.id",
        "transaction.two.phase.commit.enable",
        "key.serializer",
        "value.serializer",
        "partitioner",
        "partitioner.class",
        "partitioner.ignore.keys",
        "isolation.level",
        "enable.auto.commit",
        "auto.offset.reset",
        "allow.auto.create.topics",
        "group.id",
        "key.deserializer",
        "value.deserializer",
        "retries",
        "message.send.max.retries",
        "message.timeout.ms",
        "delivery.timeout.ms",
        "dr.cb",
        "dr.msg.cb",
        "delivery.report.only.error",
        "plugin.library.paths",
    }
)
"""What the guarantees rest on: each would lose, double or misplace events, or hide their fate."""

_JAVA_ONLY = re.compile(
    r"max\.block\.ms|buffer\.memory|send\.buffer\.bytes|receive\.buffer\.bytes|retry\..*"
    r"|reconnect\..*|metric.*|interceptor\.classes|metadata\.max\.idle\.ms|enable\.metrics\.push"
    r"|fetch\..*|max\.p.*|session\..*|heartbeat\..*|group\..*|sasl\.login\..*|sasl\.client\..*"
    r"|ssl\.(provider|protocol|enabled\.protocols|trustmanager.*|keymanager.*|engine.*|secure.*)"
    r"|security\.providers|check\.crcs|exclude\.internal\.topics|default\.api\.timeout\.ms"
)
"""Settings of Java's clients that this one has not: one environment may serve both."""

_RENAMED = {
    "max.request.size": "message.max.bytes",
    "ssl.truststore.certificates": "ssl.ca.pem",
    "ssl.keystore.certificate.chain": "ssl.certificate.pem",
    "ssl.keystore.key": "ssl.key.pem",
    "send.buffer.bytes": "socket.send.buffer.bytes",
    "receive.buffer.bytes": "socket.receive.buffer.bytes",
}
_SECRETS = frozenset(
    {
        "sasl.password",
        "sasl.jaas.config",
        "ssl.key.password",
        "ssl.key.pem",
        "ssl.keystore.key",
        "ssl.keystore.password",
        "sasl.oauthbearer.client.secret",
    }
)
_JAAS = re.compile(r"(Plain|Scram)LoginModule\s")
_JAAS_OPTION = re.compile(r"(\w+)\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"|'((?:[^'\\]|\\.)*)'|([^\s;]+))")


def client_settings(environment: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """Settings by librdkafka's names, and sentences about what is left out.

    Kubernetes' variables of a service named kafka are ignored. A secret may come as the path of
    a file, in the variable with ``_FILE`` behind its name. Raises ``SettingsError``.
    """
    values: dict[str, str] = {}
    warnings: list[str] = []
    for variable in sorted(environment):
        if not variable.startswith(PREFIX) or _KUBERNETES.fullmatch(variable[len(PREFIX) :]):
            continue
        name = variable[len(PREFIX) :].lower().replace("_", ".")
        value = environment[variable]
        if name.endswith(".file") and name[:-5] in _SECRETS:
            if not value.strip():
                continue
            plain = variable[:-5]
            if environment.get(plain, "").strip():
                raise SettingsError(
                    f"{variable} is refused: {plain} is set too; remove one of them."
                )
            name, value = name[:-5], _content(variable, value)
        if name in REFUSED:
            raise SettingsError(
                f"{variable} is refused, because {name} is fixed by the producer's guarantees: "
                "remove it from the environment."
            )
        if not value.strip() and name != "ssl.endpoint.identification.algorithm":
            continue
        values[name] = value.strip()
    return _translated(values, warnings), warnings


def _content(variable: str, path: str) -> str:
    try:
        content = Path(path.strip()).read_text(encoding="utf-8-sig").strip()
    except (OSError, ValueError) as e:
        raise SettingsError(f"{variable} cannot be used: its file cannot be read ({e}).") from None
    if not content:
        raise SettingsError(f"{variable} cannot be used: its file is empty.")
    return content


def _translated(java: dict[str, str], warnings: list[str]) -> dict[str, str]:
    values: dict[str, str] = {}
    _jaas(java)
    _stores(java)
    for name, value in java.items():
        name = _RENAMED.get(name, name)
        if name == "ssl.endpoint.identification.algorithm":
            value = value or "none"
        if _JAVA_ONLY.fullmatch(name):
            continue
        values[name] = value
    values.setdefault("bootstrap.servers", DEFAULT_BOOTSTRAP_SERVERS)
    return values


def _jaas(values: dict[str, str]) -> None:
    """Takes name and password out of Java's ``sasl.jaas.config``."""
    text = values.pop("sasl.jaas.config", None)
    if text is None:
        return
    if not _JAAS.search(text):
        raise SettingsError(
            "KAFKA_SASL_JAAS_CONFIG cannot be used: only PlainLoginModule and ScramLoginModule "
            "are; set KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD, or the client's own settings."
        )
    for name, double, single, bare in _JAAS_OPTION.findall(text):
        if name in ("username", "password"):
            value = re.sub(r"\\(.)", r"\1", double or single or bare)
            values.setdefault(f"sasl.{name}", value)


def _stores(values: dict[str, str]) -> None:
    """Translates stores of certificates: PEM and PKCS12 are read, JKS is not."""
    trust = values.pop("ssl.truststore.location", None)
    trust_type = values.pop("ssl.truststore.type", "JKS").upper()
    values.pop("ssl.truststore.password", None)
    if trust is not None:
        if trust_type != "PEM":
            raise SettingsError(
                f"KAFKA_SSL_TRUSTSTORE_LOCATION cannot be used: {trust_type} is read by Java only; "
                "set KAFKA_SSL_TRUSTSTORE_TYPE=PEM and a PEM file, or KAFKA_SSL_CA_LOCATION."
            )
        values.setdefault("ssl.ca.location", trust)
    store = values.pop("ssl.keystore.location", None)
    store_type = values.pop("ssl.keystore.type", "JKS").upper()
    if store is None:
        return
    if store_type == "PEM":
        values.setdefault("ssl.certificate.location", store)
        values.setdefault("ssl.key.location", store)
        values.pop("ssl.keystore.password", None)
    elif store_type == "PKCS12":
        values["ssl.keystore.location"] = store
    else:
        raise SettingsError(
            f"KAFKA_SSL_KEYSTORE_LOCATION cannot be used: {store_type} is read by Java only; "
            "set KAFKA_SSL_KEYSTORE_TYPE to PEM or PKCS12 and a file of that type."
        )
