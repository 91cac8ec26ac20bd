"""Import of this module instruments the process. The wheel's ``.pth`` imports it at the start.

A failure is one line on stderr; the host goes on without telemetry.
"""

from __future__ import annotations

import contextlib
import sys

try:
    from .aragora import install

    install()
except Exception as error:
    if sys.stderr is not None:  # print would take stdout instead
        with contextlib.suppress(Exception):
            print(f"aragora-telemetry is off: {error or type(error).__name__}", file=sys.stderr)
