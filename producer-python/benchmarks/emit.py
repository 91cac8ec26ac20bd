"""CPU of one event, from the call to the broker's acknowledgement.

    python benchmarks/emit.py --bootstrap 127.0.0.1:9092 [--prefix aragora.] [--events 50000]

Needs a broker with the input topics. Prints CPU microseconds an event of the whole process (the
call, the sender thread and the client), and the time of a call, with and without a spool.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from aragora_telemetry import Settings, TelemetryProducer

RATE = 2_000
"""Events a second of the paced measurement; a busy server emits fewer."""


def measure(settings: Settings, events: int, paced: bool) -> dict[str, float]:
    """Emits events and waits for their acknowledgement."""
    with TelemetryProducer(settings=settings) as telemetry:
        telemetry.request_completed("warm-up", "GET", "/", 200, 0.01)
        telemetry.flush(30)
        calls = []
        cpu = time.process_time()
        emitting = time.thread_time()
        start = time.perf_counter()
        for n in range(events):
            before = time.perf_counter()
            telemetry.request_completed(
                f"req-{n:012d}", "GET", "/api/v1/debates/{id}", 200, 0.0123, user_id="user-17"
            )
            calls.append(time.perf_counter() - before)
            if n % 20 == 19 and paced:
                time.sleep(max(0.0, start + n / RATE - time.perf_counter()))
        emitted = time.thread_time() - emitting
        if not telemetry.flush(60):
            raise SystemExit("The broker did not acknowledge the events within a minute.")
        cpu = time.process_time() - cpu
        dropped = telemetry.stats().topics[settings.topic_prefix + "requests"].dropped
    calls.sort()
    return {
        "events": events,
        "dropped": dropped,
        "cpu_us_per_event": round(cpu / events * 1e6, 1),
        "caller_cpu_us_per_event": round(emitted / events * 1e6, 1),
        "call_p50_us": round(statistics.median(calls) * 1e6, 1),
        "call_p99_us": round(calls[len(calls) * 99 // 100] * 1e6, 1),
    }


def main() -> None:
    """Runs all four measurements, one line of JSON each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bootstrap", required=True)
    parser.add_argument("--prefix", default="aragora.")
    parser.add_argument("--events", type=int, default=40_000)
    given = parser.parse_args()
    settings = replace(
        Settings(instance_id="benchmark", topic_prefix=given.prefix, heartbeat_seconds=0),
        kafka={"bootstrap.servers": given.bootstrap},
    )
    with tempfile.TemporaryDirectory() as directory:
        spooled = replace(settings, spool_dir=Path(directory))
        cases: list[tuple[str, Callable[[], dict[str, float]]]] = [
            ("loop", lambda: measure(settings, given.events, False)),
            (f"{RATE} a second", lambda: measure(settings, given.events // 4, True)),
            ("loop, spool", lambda: measure(spooled, given.events, False)),
            (f"{RATE} a second, spool", lambda: measure(spooled, given.events // 4, True)),
        ]
        for name, case in cases:
            print(json.dumps({"case": name, **case()}), flush=True)


if __name__ == "__main__":
    main()
