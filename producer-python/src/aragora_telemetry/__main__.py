"""The command, as ``python -m aragora_telemetry``."""

from __future__ import annotations

import sys

from .cli import main

sys.exit(main())
