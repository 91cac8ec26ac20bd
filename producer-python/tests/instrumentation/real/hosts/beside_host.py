"""A FastAPI server with Aragora's Arena, beside Sentry or OpenTelemetry's instrumentation.

The arguments are a port, and "ours" if telemetry is on already, or "theirs" if the other tool comes
first. SENTRY_DSN switches Sentry on; opentelemetry-instrument starts this program.
"""

import logging
import os
import sys

if "SENTRY_DSN" in os.environ:
    import sentry_sdk

    sentry_sdk.init(traces_sample_rate=1.0)

import uvicorn
from arena_host import debate
from fastapi import FastAPI

if sys.argv[2] == "theirs":
    import aragora_telemetry

    aragora_telemetry.install()

app = FastAPI()


@app.get("/known")
async def known():
    return {}


@app.get("/broken")
async def broken():
    raise ValueError("of the host")


@app.get("/logs")
def logs():
    logging.getLogger("host").error("logged by the host")
    return {}


@app.get("/debate/{name}")
async def runs(name: str):
    await debate(name, ["alpha", "beta", "failing"])
    return {}


uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
