"""Sampling of the traces that begin here, as OpenTelemetry's environment variables define it.

sampler = Sampler.from_environment(os.environ)
traceparent = f"00-{trace_id}-{span_id}-{sampler.flags(trace_id)}"
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

_NAMES = ("always_on", "always_off", "traceidratio")
_PARENT = "parentbased_"
_LIMIT = 1 << 64


@dataclass(frozen=True)
class Sampler:
    """Decides the sampled flag of a span.

    ``bound``: a root is sampled if the lower 64 bits of its trace id are below it.
    ``warnings`` are sentences about values that were not understood.
    """

    bound: int = _LIMIT
    parent_based: bool = True
    warnings: tuple[str, ...] = field(default=(), compare=False)

    @staticmethod
    def from_environment(environment: Mapping[str, str]) -> Sampler:
        """Reads OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG.

        As the specification defines it, a value that is not known is ignored with a warning: the
        sampler is then parentbased_always_on, the ratio 1.
        """
        name = environment.get("OTEL_TRACES_SAMPLER", "").strip().lower() or "parentbased_always_on"
        parent_based = name.startswith(_PARENT)
        root = name[len(_PARENT) :] if parent_based else name
        if root not in _NAMES:
            return Sampler(
                warnings=(
                    f'OTEL_TRACES_SAMPLER is ignored: "{name}" is not {", ".join(_NAMES)}, '
                    f"alone or behind {_PARENT}.",
                )
            )
        if root != "traceidratio":
            return Sampler(_LIMIT if root == "always_on" else 0, parent_based)
        argument = environment.get("OTEL_TRACES_SAMPLER_ARG", "").strip()
        ratio = _ratio(argument) if argument else 1.0
        if ratio is None:
            wrong = f'"{argument}" is not a number from 0 to 1'
            return Sampler(_LIMIT, parent_based, (f"OTEL_TRACES_SAMPLER_ARG is ignored: {wrong}.",))
        return Sampler(round(ratio * _LIMIT), parent_based)

    def sampled(self, trace_id: str, parent_sampled: bool | None = None) -> bool:
        """Decides for a trace id of 32 hex digits; ``parent_sampled`` is None at a root."""
        if self.parent_based and parent_sampled is not None:
            return parent_sampled
        return int(trace_id[-16:], 16) < self.bound

    def flags(self, trace_id: str, parent_sampled: bool | None = None) -> str:
        """The flags of a traceparent: ``01`` if it is sampled, else ``00``."""
        return "01" if self.sampled(trace_id, parent_sampled) else "00"


def _ratio(text: str) -> float | None:
    try:
        ratio = float(text)
    except ValueError:
        return None
    return ratio if 0.0 <= ratio <= 1.0 else None
