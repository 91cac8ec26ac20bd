"""Events of Aragora instances, sent to the telemetry pipeline's topics.

    from aragora_telemetry import TelemetryProducer

    with TelemetryProducer("api-7f9c") as telemetry:
        telemetry.debate_started("d-1", ["claude", "gpt"])
        telemetry.debate_completed("d-1", "consensus", 95.0)

``install()`` instruments an Aragora that runs in this process.
"""

from __future__ import annotations

from typing import Any

from .account import ProducerStats, TelemetryListener, TopicStats
from .producer import TelemetryProducer
from .run import say_off
from .settings import Settings, SettingsError
from .trace import NO_TRACE, Trace

__version__ = "0.1.0"

__all__ = [
    "NO_TRACE",
    "ProducerStats",
    "Settings",
    "SettingsError",
    "TelemetryListener",
    "TelemetryProducer",
    "TopicStats",
    "Trace",
    "__version__",
    "install",
]


def install(settings: Settings | None = None, producer: TelemetryProducer | None = None) -> Any:
    """Instruments Aragora in this process, once. Returns the session, which has the producer.

    A setting that cannot be used is one line on stderr, and the result is None.
    """
    from .aragora import install as install_aragora

    try:
        return install_aragora(settings, producer)
    except Exception as error:  # the host runs without telemetry
        say_off(str(error) or type(error).__name__)
        return None
