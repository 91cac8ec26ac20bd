"""The tables of docs/python.md are those of the code."""

from __future__ import annotations

import re
from pathlib import Path

from recorder import Recorder

from aragora_telemetry import Settings
from aragora_telemetry.aragora.debates import Debates
from aragora_telemetry.aragora.session import Session
from aragora_telemetry.aragora.sources import all_hooks
from aragora_telemetry.settings import DECLARED

DOCS = Path(__file__).parents[3] / "docs" / "python.md"


def settings() -> str:
    rows = ["| setting | default | meaning |", "| --- | --- | --- |"]
    for each in DECLARED:
        default = f"`{each.default}`".replace("|", "\\|") if each.default else ""
        text = each.description if each.description.endswith(".") else each.description + "."
        must = f"{each.must[0].upper()}{each.must[1:]}."
        rows.append(f"| `{each.name}` | {default} | {text} {must} |")
    return "\n".join(rows)


def test_settings_are_those_of_the_code() -> None:
    found = re.search(r"<!-- settings -->\n(.*?)\n?<!-- /settings -->", DOCS.read_text(), re.DOTALL)
    assert found is not None
    assert found[1] == settings(), f"docs/python.md must contain:\n\n{settings()}"


def test_every_source_is_explained() -> None:
    session = Session(Recorder(), Settings(), {})
    all_hooks(session, Debates(session))
    explained = re.findall(
        r"^\| `([a-z]+)` \|", DOCS.read_text().split("### Traces")[0], re.MULTILINE
    )
    assert sorted(explained) == sorted(session.sources)
