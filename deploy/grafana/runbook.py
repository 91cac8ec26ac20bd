"""The runbook as a board: a panel for each entry, so that an alert's link opens one entry in Grafana."""
import pathlib
import re
import zlib

from panels import dashboard, text

ROOT = pathlib.Path(__file__).resolve().parents[2]
UID = "aragora-runbook"


def anchor(heading):
    return re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-")


def entries():
    """(heading, Markdown) of every heading of docs/runbook.md that has text, in their order."""
    parts = re.split(r"(?m)^#+ (.+)\n", (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8"))[1:]
    return [(heading, body.strip()) for heading, body in zip(parts[::2], parts[1::2]) if body.strip()]


def number(name):
    """The id of an entry's panel. It depends on the anchor alone, so links stay right if entries come and go."""
    return 1 + zlib.crc32(name.encode()) % 99_999


def path(name):
    """Address, in Grafana, of the entry with this anchor."""
    if name not in [anchor(heading) for heading, _ in entries()]:
        raise KeyError(f"docs/runbook.md has no entry {name}")
    return f"/d/{UID}?viewPanel={number(name)}"


def in_grafana(body):
    """Links of the file, as they are in Grafana: to another entry, or the path of a file as text."""
    def rewritten(found):
        label, target = found[1], found[2]
        if target.startswith("#"):
            return f"[{label}]({path(target[1:])})"
        return found[0] if target.startswith("http") else f"{label} (`docs/{target}`)"
    return re.sub(r"\[([^\]]+)\]\(([^)]+)\)", rewritten, body)


def height(body):
    shown = sum(1 + len(paragraph) // 180 for paragraph in re.sub(r"(?<=\S)\n(?=[^\n\-|`])", " ", body).split("\n"))
    return max(4, 2 + (shown * 22 + 37) // 38)


def board():
    panels, y = [], 0
    for heading, body in entries():
        panels.append(text(heading, in_grafana(body), 0, y, 24, height(body), f"The entry “{heading}” of docs/runbook.md."))
        panels[-1]["id"] = number(anchor(heading))
        y += height(body)
    return dashboard(UID, "Aragora Runbook", "docs/runbook.md, an entry a panel. Alerts link to their entry.", [], panels)
