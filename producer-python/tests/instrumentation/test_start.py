"""The ways to switch telemetry on: the environment, the command, the function."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from aragora_telemetry import cli

SOURCES = Path(__file__).parents[2] / "src"
LOADED = (
    f"import site, sys; site.addsitedir({str(SOURCES)!r})\n"
    "print([name for name in sys.modules if name.startswith('aragora')],"
    " [type(f).__name__ for f in sys.meta_path if 'telemetry' in type(f).__module__])"
)


def python(code: str, **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ARAGORA", "KAFKA", "OTEL"))}
    return subprocess.run(
        [sys.executable, "-S", "-c", code],
        env={**kept, **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )


@pytest.mark.parametrize("value", [None, "", "off", "0", "of"])
def test_off_loads_no_module_of_ours(value: str | None) -> None:
    done = python(LOADED, **({} if value is None else {"ARAGORA_TELEMETRY": value}))
    assert done.stdout == "[] []\n"
    assert done.stderr == ""


@pytest.mark.parametrize("value", ["on", "ON", "true", "1"])
def test_on_instruments_the_process(value: str) -> None:
    packages = os.pathsep.join(path for path in sys.path if path.endswith("site-packages"))
    done = python(LOADED, ARAGORA_TELEMETRY=value, PYTHONPATH=packages)
    assert done.stderr == ""
    assert "'aragora_telemetry.autoload'" in done.stdout and "['PostImport']" in done.stdout
    assert "'aragora'" not in done.stdout  # Aragora is never imported by us


def test_bad_setting_is_one_line_and_the_host_runs() -> None:
    packages = os.pathsep.join(path for path in sys.path if path.endswith("site-packages"))
    done = python(
        LOADED + "\nprint('host done')",
        ARAGORA_TELEMETRY="on",
        ARAGORA_TELEMETRY_HEARTBEAT_SECONDS="often",
        PYTHONPATH=packages,
    )
    assert done.stdout.endswith("[]\nhost done\n")
    assert done.stderr.count("\n") == 1
    assert "ARAGORA_TELEMETRY_HEARTBEAT_SECONDS" in done.stderr


def test_run_starts_the_command_with_telemetry_on() -> None:
    code = (
        "import sys; from aragora_telemetry.cli import main\n"
        "main(['run', '--', sys.executable, '-c', 'import os; print(os.environ[\"ARAGORA_TELEMETRY\"])'])"
    )
    packages = os.pathsep.join(
        [str(SOURCES), *(p for p in sys.path if p.endswith("site-packages"))]
    )
    assert python(code, PYTHONPATH=packages).stdout == "on\n"


def test_stderr_that_is_closed_leaves_stdout_to_the_host() -> None:
    done = python(
        f"import sys; sys.stderr = None; {LOADED}\nprint('host done')", ARAGORA_TELEMETRY="on"
    )
    assert done.stdout.endswith("[]\nhost done\n") and "is off" not in done.stdout


WITHOUT_CLIENT = "import sys; sys.modules['confluent_kafka'] = None\n"
SENTENCE = "confluent-kafka cannot be imported (ModuleNotFoundError: "


def test_host_without_the_client_runs_and_has_one_sentence() -> None:
    done = python(WITHOUT_CLIENT + LOADED + "\nprint('host done')", ARAGORA_TELEMETRY="on")
    assert done.stdout.endswith("[]\nhost done\n")
    assert done.stderr.startswith(f"aragora-telemetry is off: {SENTENCE}")
    assert done.stderr.count("\n") == 1


def test_producer_without_the_client_is_off() -> None:
    code = (
        "from aragora_telemetry import TelemetryProducer\n"
        "with TelemetryProducer('w') as t: print(t.debate_started('d', ['a']), t.stats().off)"
    )
    done = python(WITHOUT_CLIENT + code, PYTHONPATH=str(SOURCES))
    assert done.stdout.startswith(f"False {SENTENCE}")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("words", [["run", "--", "true"], ["doctor"]])
def test_command_without_the_client_is_exit_code_2(words: list[str]) -> None:
    code = f"import aragora_telemetry.cli as cli; print(cli.main({words!r}))"
    done = python(WITHOUT_CLIENT + code, PYTHONPATH=str(SOURCES))
    assert done.stdout.endswith("2\n") and SENTENCE in done.stdout + done.stderr


def test_install_with_a_bad_setting_does_not_stop_the_host() -> None:
    packages = os.pathsep.join(path for path in sys.path if path.endswith("site-packages"))
    done = python(
        "import aragora_telemetry; print(aragora_telemetry.install())",
        ARAGORA_TELEMETRY_HEARTBEAT_SECONDS="often",
        PYTHONPATH=os.pathsep.join((str(SOURCES), packages)),
    )
    assert done.stdout == "None\n"
    assert done.stderr.count("\n") == 1 and "HEARTBEAT_SECONDS" in done.stderr


def test_package_is_a_command() -> None:
    packages = os.pathsep.join(path for path in sys.path if path.endswith("site-packages"))
    done = subprocess.run(
        [sys.executable, "-m", "aragora_telemetry", "run", "--", "sh", "-c", "exit 7"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(SOURCES), packages))},
    )
    assert done.returncode == 7


@pytest.mark.parametrize("words", [[], ["run"], ["run", "--"], ["fly"], ["doctor", "--all"]])
def test_wrong_usage_is_exit_code_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(words) == 2
    assert "Usage: aragora-telemetry" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["run", "--", "true"], ["doctor"]])
def test_bad_setting_is_exit_code_2(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARAGORA_TELEMETRY_SOURCES_OF", "logs")
    assert cli.main(words) == 2


def test_command_that_is_not_there_is_exit_code_1(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARAGORA_TELEMETRY", "off")
    assert cli.main(["run", "--", "/no/such/command"]) == 1


def test_doctor_names_a_broker_that_does_not_answer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from aragora_telemetry import doctor

    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1")
    monkeypatch.setattr(doctor, "_SECONDS", 0.5)
    monkeypatch.setattr(doctor, "hooks", lambda settings: [])
    assert doctor.main() == 1
    out = capsys.readouterr().out
    assert "broker" in out and "FAILED" in out and "127.0.0.1:1 does not answer" in out
    assert "probe" not in out
