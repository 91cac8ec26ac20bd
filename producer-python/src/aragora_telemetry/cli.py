"""The command ``aragora-telemetry``."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

_USAGE = """Usage: aragora-telemetry run -- COMMAND [ARGUMENT ...]
       aragora-telemetry doctor [--no-probe]

run     starts a command of this Python environment with telemetry on,
        such as: aragora-telemetry run -- python -m aragora.server
doctor  reports if the hooks fit the installed Aragora, if the broker answers,
        if the topics are there, and if a probe event is acknowledged

Exit code: 0 done, 1 failed, 2 usage or setting."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:1] in (["-h"], ["--help"]):
        print(_USAGE)
        return 0
    if words[:1] == ["run"]:
        command = words[2:] if words[1:2] == ["--"] else words[1:]
        if command:
            return _run(command)
    if words in (["doctor"], ["doctor", "--no-probe"]):
        from .doctor import main as doctor

        return doctor(probe=len(words) == 1)
    print(_USAGE, file=sys.stderr)
    return 2


def _run(command: list[str]) -> int:
    from .link import require_client
    from .settings import Settings, SettingsError

    try:
        require_client()
        Settings.from_environment()
    except SettingsError as error:
        print(f"aragora-telemetry: {error}", file=sys.stderr)
        return 2
    os.environ["ARAGORA_TELEMETRY"] = "on"
    sys.stdout.flush()
    try:
        os.execvp(command[0], command)
    except OSError as error:
        print(
            f"aragora-telemetry: {command[0]} cannot be started: {error.strerror}", file=sys.stderr
        )
        return 1


if __name__ == "__main__":
    sys.exit(main())
