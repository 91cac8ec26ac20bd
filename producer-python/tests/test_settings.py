"""Settings of the environment, and what becomes of bad ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from aragora_telemetry import Settings, SettingsError, TelemetryProducer
from aragora_telemetry.client_settings import client_settings
from aragora_telemetry.settings import _SERVICES, DECLARED
from tests.support.broker import ROOT


def test_defaults() -> None:
    settings = Settings.from_environment({"ARAGORA_INSTANCE_ID": "pod 7/a"})
    assert settings.instance_id == "pod-7-a"
    assert settings.kafka == {"bootstrap.servers": "localhost:9092"}
    assert (settings.topic_prefix, settings.heartbeat_seconds) == ("aragora.", 10)
    assert settings.spool_dir is None


def test_declared_defaults_are_those_of_the_record() -> None:
    record = Settings()
    for declared in DECLARED:
        if declared.default:
            assert declared.read(declared.default) == getattr(record, declared.target)
        assert declared.description.endswith(".")


def test_values_are_read() -> None:
    settings = Settings.from_environment(
        {
            "ARAGORA_TELEMETRY_INSTANCE_ID": " api-1 ",
            "ARAGORA_TELEMETRY_TOPIC_PREFIX": "staging.",
            "ARAGORA_TELEMETRY_HEARTBEAT_SECONDS": "0",
            "ARAGORA_TELEMETRY_SPOOL_DIR": "/var/spool/x",
            "ARAGORA_TELEMETRY_LOG_LEVEL": "info",
            "ARAGORA_TELEMETRY_SOURCES_OFF": "logs, ELO",
            "ARAGORA_TELEMETRY_REQUEST_EXCLUDE": "",
            "ARAGORA_TELEMETRY_CONTENT": "off",
        }
    )
    assert settings.instance_id == "api-1"
    assert settings.topic_prefix == "staging."
    assert settings.heartbeat_seconds == 0
    assert settings.spool_dir == Path("/var/spool/x")
    assert settings.log_level == "INFO"
    assert settings.sources_off == {"logs", "elo"}
    assert settings.request_exclude is None
    assert settings.content is False


@pytest.mark.parametrize(
    "variable, value",
    [
        ("ARAGORA_TELEMETRY_INSTANCE_ID", "a b"),
        ("ARAGORA_TELEMETRY_TOPIC_PREFIX", "a/b"),
        ("ARAGORA_TELEMETRY_HEARTBEAT_SECONDS", "0.5"),
        ("ARAGORA_TELEMETRY_HEARTBEAT_SECONDS", "nan"),
        ("ARAGORA_TELEMETRY_QUEUE_EVENTS", "0"),
        ("ARAGORA_TELEMETRY_QUEUE_BYTES", "1e9"),
        ("ARAGORA_TELEMETRY_SPOOL_FSYNC", "sometimes"),
        ("ARAGORA_TELEMETRY_REQUEST_EXCLUDE", "("),
        ("ARAGORA_TELEMETRY_SPOOL_DIRS", "x"),
        ("KAFKA_ACKS", "1"),
        ("KAFKA_ENABLE_IDEMPOTENCE", "false"),
        ("KAFKA_MESSAGE_TIMEOUT_MS", "1000"),
        ("KAFKA_PARTITIONER", "random"),
        ("KAFKA_SSL_TRUSTSTORE_LOCATION", "x.jks"),
        ("KAFKA_SASL_JAAS_CONFIG", "org.example.OtherLoginModule required;"),
        ("KAFKA_SASL_PASSWORD_FILE", "/does/not/exist"),
    ],
)
def test_bad_value_is_refused_by_name(variable: str, value: str) -> None:
    with pytest.raises(SettingsError, match=variable):
        Settings.from_environment({variable: value})


def test_misspelt_name_is_refused_with_the_nearest() -> None:
    with pytest.raises(SettingsError, match=r"The nearest is ARAGORA_TELEMETRY_SPOOL_DIR\."):
        Settings.from_environment({"ARAGORA_TELEMETRY_SPOOLDIR": "x"})


@pytest.mark.parametrize(
    "variable",
    [
        "ARAGORA_TELEMETRY",
        "ARAGORA_TELEMETRY_LEVEL",
        "ARAGORA_TELEMETRY_SERVICE_HOST",
        "ARAGORA_TELEMETRY_PORT",
        "ARAGORA_TELEMETRY_PORT_9464_TCP",
        "ARAGORA_TELEMETRY_STATE_DIR",
        "KAFKA_PORT",
        "KAFKA_SERVICE_HOST",
        "KAFKA_PORT_9092_TCP_ADDR",
        "KAFKA_MAX_BLOCK_MS",
    ],
)
def test_names_of_others_are_left_alone(variable: str) -> None:
    assert Settings.from_environment({variable: "tcp://10.0.0.1:80"}).kafka == {
        "bootstrap.servers": "localhost:9092"
    }


def test_secret_file_is_refused_if_empty_or_beside_the_secret(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("\n")
    with pytest.raises(SettingsError, match=r"KAFKA_SASL_PASSWORD_FILE .* is empty"):
        client_settings({"KAFKA_SASL_PASSWORD_FILE": str(secret)})
    with pytest.raises(SettingsError, match="KAFKA_SASL_PASSWORD_FILE is refused") as refused:
        client_settings({"KAFKA_SASL_PASSWORD_FILE": str(secret), "KAFKA_SASL_PASSWORD": "s3cret"})
    assert "s3cret" not in str(refused.value)
    assert client_settings({"KAFKA_SASL_PASSWORD_FILE": " "})[0] == client_settings({})[0]


def test_java_names_are_translated(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("s3cret\n")
    values, _ = client_settings(
        {
            "KAFKA_BOOTSTRAP_SERVERS": "b:9093",
            "KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
            "KAFKA_SASL_MECHANISM": "SCRAM-SHA-512",
            "KAFKA_SASL_USERNAME": "api",
            "KAFKA_SASL_PASSWORD_FILE": str(secret),
            "KAFKA_SSL_TRUSTSTORE_TYPE": "PEM",
            "KAFKA_SSL_TRUSTSTORE_LOCATION": "/ca.pem",
            "KAFKA_SSL_KEYSTORE_TYPE": "PEM",
            "KAFKA_SSL_KEYSTORE_LOCATION": "/me.pem",
            "KAFKA_SSL_ENDPOINT_IDENTIFICATION_ALGORITHM": "",
            "KAFKA_MAX_REQUEST_SIZE": "3000000",
        }
    )
    assert values == {
        "bootstrap.servers": "b:9093",
        "security.protocol": "SASL_SSL",
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": "api",
        "sasl.password": "s3cret",
        "ssl.ca.location": "/ca.pem",
        "ssl.certificate.location": "/me.pem",
        "ssl.key.location": "/me.pem",
        "ssl.endpoint.identification.algorithm": "none",
        "message.max.bytes": "3000000",
    }


def test_user_and_password_come_out_of_jaas() -> None:
    module = "org.apache.kafka.common.security.plain.PlainLoginModule"
    values, _ = client_settings(
        {"KAFKA_SASL_JAAS_CONFIG": f'{module} required username="api" password="a\\"b;c";'}
    )
    assert (values["sasl.username"], values["sasl.password"]) == ("api", 'a"b;c')


def test_settings_never_show_a_secret() -> None:
    settings = Settings.from_environment({"KAFKA_SASL_PASSWORD": "s3cret"})
    assert "s3cret" not in repr(settings)


def test_names_of_services_are_those_of_java() -> None:
    lists = list(ROOT.glob("chassis/src/main/resources/**/settings/names.txt"))
    assert len(lists) == 1, "no list of the services' settings is found"
    prefix = "ARAGORA_TELEMETRY_"
    lines = lists[0].read_text().split()
    names = {line[len(prefix) :] for line in lines if line.startswith(prefix)}
    assert names
    known = _SERVICES | {declared.name for declared in DECLARED}
    strange = {name for name in names if not {name, name.removesuffix("_FILE")} & known}
    assert not strange


@pytest.mark.parametrize(
    "variables, words",
    [
        ({"ARAGORA_TELEMETRY_HEARTBEAT_SECONDS": "soon"}, "HEARTBEAT_SECONDS cannot be used"),
        ({"KAFKA_ACKS": "0"}, "KAFKA_ACKS is refused"),
        ({"ARAGORA_TELEMETRY_SPOOL_DIR": "/proc/no/such"}, "The spool directory"),
    ],
)
def test_bad_setting_switches_off_with_one_line(
    variables: dict[str, str],
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value)
    with TelemetryProducer("api-1") as telemetry:
        assert telemetry.debate_started("d", ["a"]) is False
        assert telemetry.flush(1)
        off = telemetry.stats().off
    assert off is not None and words in off
    assert capsys.readouterr().err == f"aragora-telemetry is off: {off}\n"


def test_setting_that_the_client_refuses_switches_off(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KAFKA_SECURITY_PROTOCOL", "carrier pigeon")
    with TelemetryProducer("api-1") as telemetry:
        telemetry.debate_started("d", ["a"])
        telemetry.close(5)
        stats = telemetry.stats()
    assert stats.off is not None and "security.protocol" in stats.off
    debates = stats.topics["aragora.debates"]
    assert debates.offered == debates.dropped == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_setting_that_is_not_text_switches_off() -> None:
    made = Settings(instance_id="a", kafka={"bootstrap.servers": "\ud800"})
    with TelemetryProducer(settings=made) as telemetry:
        telemetry.debate_started("d", ["a"])
        telemetry.close(5)
        off = telemetry.stats().off
    assert off is not None and off.startswith("The Kafka client refuses its settings: ")


def test_client_setting_that_does_not_exist_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    from aragora_telemetry.link import Link

    link = Link({"bootstrap.servers": "127.0.0.1:1", "no.such.setting": "1"}, "test")
    assert link.warnings == [
        "KAFKA_NO_SUCH_SETTING is ignored, because no.such.setting is not a setting of the client."
    ]
    link.close(1)


def test_bad_instance_id_switches_off(capsys: pytest.CaptureFixture[str]) -> None:
    telemetry = TelemetryProducer("a b")
    assert not telemetry.debate_started("d", ["a"])
    assert "is not 1 to 128 letters" in capsys.readouterr().err


@pytest.mark.parametrize(
    "field, value",
    [
        ("heartbeat_seconds", 0.5),
        ("heartbeat_seconds", 5_000),
        ("heartbeat_seconds", float("nan")),
        ("queue_events", 0),
        ("queue_bytes", "many"),
        ("close_seconds", None),
        ("topic_prefix", "not a topic!"),
        ("spool_fsync", "sometimes"),
        ("spool_dir", 5),
        ("kafka", None),
    ],
)
def test_field_that_cannot_be_used_switches_off_with_one_line(
    field: str, value: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    made = Settings(**{"instance_id": "a", field: value})
    with TelemetryProducer(settings=made) as telemetry:
        assert not telemetry.debate_started("d", ["a"])
        off = telemetry.stats().off
    assert off is not None and off.startswith(f"{field} cannot be used: ")
    assert capsys.readouterr().err == f"aragora-telemetry is off: {off}\n"


def test_fields_are_read_as_in_the_environment(tmp_path: Path) -> None:
    made: Any = {"instance_id": "a", "heartbeat_seconds": "0", "spool_dir": str(tmp_path)}
    telemetry = TelemetryProducer(settings=Settings(**made), lazy=True)
    assert telemetry._settings.heartbeat_seconds == 0.0
    assert telemetry._settings.spool_dir == tmp_path and telemetry.stats().off is None


def test_settings_of_another_type_switch_off(capsys: pytest.CaptureFixture[str]) -> None:
    wrong: Any = {"instance_id": "a"}
    telemetry = TelemetryProducer(settings=wrong)
    assert telemetry.stats().off == "Settings are expected, not dict."
    assert telemetry.instance_id is not None
    telemetry.close()
