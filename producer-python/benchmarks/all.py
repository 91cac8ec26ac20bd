"""All measurements on a broker of their own: ``python -m benchmarks.all PYTHON_OF_ARAGORA``."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from tests.support.broker import Broker


def main() -> None:
    """Starts a broker, and runs each measurement in a process of its own."""
    with tempfile.TemporaryDirectory() as directory:
        broker = Broker(Path(directory, "broker"))
        try:
            broker.start().create_topics("aragora.", partitions=12)
            at = ("--bootstrap", broker.bootstrap)
            for module, more in (("emit", ()), ("latency", ("--aragora", sys.argv[1]))):
                command = (sys.executable, "-m", f"benchmarks.{module}", *at, *more)
                subprocess.run(command, check=True)
        finally:
            broker.stop()


if __name__ == "__main__":
    main()
