"""A real Kafka broker as a child process on loopback."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from confluent_kafka.admin import AdminClient, NewTopic

ROOT = Path(__file__).resolve().parents[3]
TOPICS = ("debates", "requests", "agent-calls", "instances", "logs")


def broker_library() -> Path | None:
    """Directory of the broker's jars, which the Maven build copies together."""
    named = os.environ.get("ARAGORA_BROKER_LIB")
    candidates = [Path(named)] if named else sorted(ROOT.glob("*/target/broker-lib"))
    for candidate in candidates:
        if list(candidate.glob("kafka_*.jar")):
            return candidate
    return None


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Broker:
    """One node. It keeps its data and its port over a restart."""

    def __init__(self, directory: Path) -> None:
        library = broker_library()
        assert library is not None
        self._directory = directory
        self._class_path = f"{library}/*"
        self.port = free_port()
        self._controller = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._formatted = False

    @property
    def bootstrap(self) -> str:
        """Address for clients."""
        return f"127.0.0.1:{self.port}"

    def _java(self, *arguments: str) -> list[str]:
        java = shutil.which("java") or "java"
        return [java, "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", *arguments]

    def _format(self) -> Path:
        properties = self._directory / "server.properties"
        if self._formatted:
            return properties
        self._directory.mkdir(parents=True, exist_ok=True)
        settings = {
            "process.roles": "broker,controller",
            "node.id": "1",
            "controller.quorum.voters": f"1@127.0.0.1:{self._controller}",
            "listeners": (
                f"PLAINTEXT://127.0.0.1:{self.port},CONTROLLER://127.0.0.1:{self._controller}"
            ),
            "advertised.listeners": f"PLAINTEXT://127.0.0.1:{self.port}",
            "controller.listener.names": "CONTROLLER",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "log.dirs": str(self._directory / "data"),
            "auto.create.topics.enable": "false",
            "offsets.topic.num.partitions": "1",
            "offsets.topic.replication.factor": "1",
            "transaction.state.log.replication.factor": "1",
            "transaction.state.log.min.isr": "1",
            "broker.session.timeout.ms": "6000",
            "log.cleaner.enable": "false",
            "log.segment.delete.delay.ms": "0",
        }
        properties.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
        subprocess.run(
            self._java(
                "-cp", self._class_path, "kafka.tools.StorageTool",
                "format", "-t", "MkU3OEVBNTcwNTJENDM2Qg", "-c", str(properties),
            ),
            check=True,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        self._formatted = True
        return properties

    def start(self) -> Broker:
        """Starts the node and waits until it answers."""
        properties = self._format()
        log = (self._directory / "broker.log").open("ab")
        self._process = subprocess.Popen(
            self._java("-cp", self._class_path, "kafka.Kafka", str(properties)),
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
        )
        admin = self.admin()
        until = time.monotonic() + 90
        while True:
            try:
                admin.list_topics(timeout=1)
                return self
            except Exception:
                if time.monotonic() > until or self._process.poll() is not None:
                    raise

    def admin(self) -> AdminClient:
        """A client for topics."""
        return AdminClient({"bootstrap.servers": self.bootstrap, "log_level": 0})

    def create_topics(
        self,
        prefix: str,
        partitions: int = 4,
        names: tuple[str, ...] = TOPICS,
        config: Mapping[str, str] = MappingProxyType({"max.message.bytes": "8388608"}),
    ) -> None:
        """Creates the input topics under a prefix."""
        config = {"message.timestamp.type": "LogAppendTime", **config}
        topics = [NewTopic(prefix + name, partitions, 1, config=config) for name in names]
        admin = self.admin()
        for future in admin.create_topics(topics).values():
            future.result(30)

    def delete_topic(self, name: str) -> None:
        """Deletes a topic and waits until it is gone."""
        admin = self.admin()
        for future in admin.delete_topics([name]).values():
            future.result(30)
        until = time.monotonic() + 30
        while name in admin.list_topics(timeout=5).topics:
            assert time.monotonic() < until

    def pause(self) -> None:
        """Stops the node as it stands."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Lets it go on."""
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        """Ends it at once."""
        self._signal(signal.SIGKILL)
        assert self._process is not None
        self._process.wait()

    def _signal(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def stop(self) -> None:
        """Ends it, whatever its state."""
        if self._process is not None and self._process.poll() is None:
            self.resume()
            self.kill()
