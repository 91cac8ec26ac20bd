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


def install(*args: Any, **kwargs: Any) -> Any:
    """Instruments Aragora in this process; see ``aragora_telemetry.aragora.install``."""
    from .aragora import install as install_aragora

    return install_aragora(*args, **kwargs)
