"""The Java side of the contract, run over records of the Python producer."""

from __future__ import annotations

import atexit
import base64
import functools
import os
import shutil
import subprocess
import tempfile
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


@functools.cache
def _compiled(path: str) -> Path:
    """Directory of the compiled program, for all tests of this process."""
    classes = Path(tempfile.mkdtemp(prefix="cross-check-"))
    atexit.register(shutil.rmtree, classes, ignore_errors=True)
    command = ["javac", "-proc:none", "-cp", path, "-d", str(classes), str(_SOURCE)]
    subprocess.run(command, check=True)
    return classes


def cross_check(records: Iterable[tuple[str, bytes, bytes]]) -> list[list[str]]:
    """Partition of 12, verdict and Java's own bytes of (topic, key, value) records."""
    path = class_path()
    assert path is not None and shutil.which("javac")
    compiled = _compiled(path)
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
