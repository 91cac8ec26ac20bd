"""The Java side of the contract, run over records of the Python producer."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from tests.support.broker import ROOT

_SOURCE = Path(__file__).parents[1] / "java" / "CrossCheck.java"


def class_path() -> str | None:
    """Class path of the codec: module schemas with its libraries, as the Maven build leaves it."""
    named = os.environ.get("ARAGORA_SCHEMAS_CLASS_PATH")
    if named:
        return named
    classes = ROOT / "schemas" / "target" / "classes"
    for library in sorted(ROOT.glob("*/target/lib")):
        if classes.is_dir() and list(library.glob("jackson-core-*.jar")):
            return f"{classes}:{library}/*"
    return None


def cross_check(directory: Path, records: Iterable[tuple[str, bytes, bytes]]) -> list[list[str]]:
    """Partition of 12, verdict and Java's own bytes of (topic, key, value) records."""
    path = class_path()
    assert path is not None and shutil.which("javac")
    compiled = directory / "classes"
    if not compiled.exists():
        subprocess.run(
            ["javac", "-proc:none", "-cp", path, "-d", str(compiled), str(_SOURCE)], check=True
        )
    lines = "".join(
        f"{topic}\t{base64.b64encode(key).decode()}\t{base64.b64encode(value).decode()}\n"
        for topic, key, value in records
    )
    done = subprocess.run(
        ["java", "-XX:TieredStopAtLevel=1", "-cp", f"{compiled}:{path}", "CrossCheck"],
        input=lines.encode(),
        stdout=subprocess.PIPE,
        check=True,
    )
    return [line.split("\t") for line in done.stdout.decode().splitlines()]
