"""Latency and CPU of a request to a real Aragora server, with telemetry and without.

    python -m benchmarks.latency --aragora PYTHON --bootstrap 127.0.0.1:9092 [--requests 6000]

Two servers run at once, one with telemetry at its defaults. Requests go to them in turns, so that
whatever else the machine does hits both.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "instrumentation" / "real"))

from aragora_server import AragoraServer, environment, serving

PATHS = ("/api/v1/agents", "/api/v1/debates?limit=5", "/api/v1/nothing")
WARM_UP = 300
ROUNDS = 3


def cpu_seconds(server: AragoraServer) -> float:
    """CPU time of the server's process so far."""
    fields = Path(f"/proc/{server.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def get(server: AragoraServer, path: str) -> float:
    """Sends a request. Returns how long its answer took."""
    start = time.perf_counter()
    try:
        with urllib.request.urlopen(server.http + path, timeout=30) as answer:
            answer.read()
    except urllib.error.HTTPError as error:
        error.read()
    return time.perf_counter() - start


def measure(servers: dict[str, AragoraServer], requests: int) -> dict[str, dict[str, float]]:
    """Sends requests to all servers in turns. Returns ms, and CPU in µs, of one."""
    times: dict[str, list[float]] = {name: [] for name in servers}
    before = {name: cpu_seconds(server) for name, server in servers.items()}
    names = list(servers)
    for n in range(requests):
        for name in names if n % 2 else reversed(names):
            times[name].append(get(servers[name], PATHS[n % len(PATHS)]))
    found = {}
    for name, server in servers.items():
        cpu = cpu_seconds(server) - before[name]
        percentiles = statistics.quantiles(times[name], n=100)
        found[name] = {
            "p50_ms": percentiles[49] * 1e3,
            "p95_ms": percentiles[94] * 1e3,
            "cpu_us": cpu / requests * 1e6,
        }
    return found


def main() -> None:
    """Runs the rounds, one line of JSON each; the last line has the medians of the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--aragora", required=True, type=Path)
    parser.add_argument("--bootstrap", required=True)
    parser.add_argument("--requests", type=int, default=6_000)
    given = parser.parse_args()
    variables = environment(given.bootstrap, "benchmark")
    del variables["ARAGORA_TELEMETRY_HEARTBEAT_SECONDS"]
    with tempfile.TemporaryDirectory() as directory, ExitStack() as stack:
        servers = {}
        for name in ("on", "off"):
            home = Path(directory, name)
            home.mkdir()
            own = {**variables, "ARAGORA_TELEMETRY": name}
            servers[name] = stack.enter_context(serving(given.aragora, home, own))
        measure(servers, WARM_UP)
        ratios: dict[str, list[float]] = {"p50_ms": [], "p95_ms": [], "cpu_us": []}
        for _ in range(ROUNDS):
            found = measure(servers, given.requests // ROUNDS)
            for figure, values in ratios.items():
                values.append(found["on"][figure] / found["off"][figure])
            shown = {n: {f: round(v, 3) for f, v in each.items()} for n, each in found.items()}
            print(json.dumps({"case": "Aragora's server", **shown}), flush=True)
        medians = {f"{f[:3]}_ratio": round(statistics.median(v), 3) for f, v in ratios.items()}
        print(json.dumps({"case": "on by off, medians", **medians}), flush=True)


if __name__ == "__main__":
    main()
