#!/usr/bin/env python3
"""Checks of the documentation (Python 3, standard library only); prints what is wrong and exits 1.

  docs/check.py prose      rules of CONTRIBUTING.md for Markdown
  docs/check.py java       the same rules for comments in Java: a report, exit code 0; with --strict it exits 1
  docs/check.py links      relative links and their anchors
  docs/check.py metrics    metrics that the pages name exist; metrics.md lists every metric of the exporters
  docs/check.py commands   commands and options that the pages name exist; runs --help of the built modules
  docs/check.py words      words in each file
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LINE, SENTENCE = 100, 25
ALLOWED = {"CHANGELOG.md": {"line"}}  # file: rules that it is exempt from
SKIPPED = {"target", "build", "dist", "node_modules", "site-packages"}

SPEECH = r"say|says|said|saying|tell|tells|told|telling|know|knows|knew|hear|hears|heard|notice|notices|noticed"
RULES = [  # name, pattern, what to write
    ("speech", rf"\b({SPEECH})\b", "report, return, log, serve, contain, show, detect"),
    ("where", r"(?<=[.!?] )Where [^?.]*[.,]|^Where [^?.]*[.,]|\b(only|even|but|also|except|and) where\b(?! to\b)|\bwhere (there|it) (is|are|was)\b",
     "if"),
    ("no", r"(?<!there )(?<!there's )\b(is|are|was|were) no\b(?! longer)", "is not a"),
    ("word", r"\b(anew|whoever|for good|(hold|holds|holding|held)( \w+){0,3} against|mend|mends|mended|mending|by itself)\b",
     "a plain word"),
]
OPENING = re.compile(r"(What|Whether|Who|Where|How)\b")


def tracked(suffix):
    try:
        done = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", f"*{suffix}"], cwd=ROOT, capture_output=True,
                              text=True, check=True)
        paths = [ROOT / name for name in done.stdout.splitlines()]
    except (OSError, subprocess.CalledProcessError):  # a source archive
        paths = [p for p in ROOT.rglob(f"*{suffix}")
                 if not any(part in SKIPPED or part.startswith(".") for part in p.relative_to(ROOT).parts)]
    return sorted(p for p in paths if p.exists())


def name(path):
    return path.relative_to(ROOT).as_posix()


def plain(text):
    """Text as it is read: code is one word, quotations are left out, links are their text."""
    text = re.sub(r"<!--.*?-->", " ", text)
    text = re.sub(r"`[^`]*`", "Code", text)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"<[^>]*>", " ", text)
    text = re.sub(r"\"[^\"]*\"|“[^”]*”", "Quote", text)
    return re.sub(r"[*_]{1,2}", "", text)


def units(path):
    """(line, text) of each paragraph, list item, heading and table cell; code and generated blocks are left out."""
    unit, start, fence, generated = [], 0, None, False
    lines = path.read_text(encoding="utf-8").splitlines()
    blocks = {line.replace("/", "", 1) for line in lines if line.startswith("<!-- /")}

    def flush():
        nonlocal unit
        if unit:
            yield start, " ".join(unit)
        unit = []

    for number, line in enumerate(lines, 1):
        mark = re.match(r"\s*(```|~~~)", line)
        generated = generated and not line.startswith("<!-- /") or line in blocks
        if fence or mark or generated:
            yield from flush()
            fence = None if fence and mark else fence or mark
            continue
        if not unit and line.startswith("    "):  # an indented block of code
            continue
        if not line.strip():
            yield from flush()
        elif line.lstrip().startswith("|"):
            yield from flush()
            for cell in re.split(r"(?<!\\)\|", line.strip().strip("|")):
                yield number, cell.strip()
        elif re.match(r"\s*([-*+>]|\d+\.|#+) ", line):
            yield from flush()
            unit, start = [re.sub(r"^\s*([-*+>]|\d+\.|#+) ", "", line).strip()], number
            if line.startswith("#"):
                yield from flush()
        else:
            if not unit:
                start = number
            unit.append(line.strip())
    yield from flush()


def code_lines(path):
    """(line, is it in a table or code) of every line."""
    fence = False
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        mark = re.match(r"\s*(```|~~~)", line)
        inside, fence = fence or bool(mark), fence != bool(mark)
        yield number, line, inside or line.startswith("    ") or line.lstrip().startswith("|")


def broken_rules(text):
    for rule, pattern, instead in RULES:
        for hit in re.finditer(pattern, text, re.I if rule != "where" else 0):
            yield f"{rule}: \"{hit.group(0).strip()[:60]}\" (write: {instead})"


def check_prose():
    for path in tracked(".md"):
        allowed = ALLOWED.get(name(path), set())
        for number, line, exempt in code_lines(path):
            if len(line) > LINE and not exempt and " " in line.strip() and "line" not in allowed:
                yield f"{name(path)}:{number}: line: {len(line)} characters, at most {LINE}"
        for number, text in units(path):
            text = re.sub(r"\*\*[^*]+:\*\*", ". ", text)  # a label
            text = plain(text)
            for problem in broken_rules(text):
                yield f"{name(path)}:{number}: {problem}"
            for sentence in re.split(r"(?<=[.!?])[)\"]?\s+", text):
                words = [w for w in sentence.split() if re.search(r"\w", w)]
                if len(words) > SENTENCE:
                    yield f"{name(path)}:{number}: sentence: {len(words)} words, at most {SENTENCE}: {' '.join(words[:8])} ..."


TOKEN = re.compile(r'"""(?:\\.|.)*?"""|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'|/\*.*?\*/|//[^\n]*', re.S)


def comments(path):
    """(line, is it Javadoc, text) of every comment; line comments that follow one another are one."""
    source, last = path.read_text(encoding="utf-8"), None
    for token in TOKEN.finditer(source):
        text = token.group(0)
        if not text.startswith("/"):
            continue
        number = source.count("\n", 0, token.start()) + 1
        if text.startswith("//"):
            if last and last[1] == number - 1:
                last = (last[0], number, last[2] + " " + text[2:].strip())
                continue
            if last:
                yield last[0], False, last[2]
            last = (number, number, text[2:].strip())
            continue
        body = re.sub(r"\n\s*\* ?", "\n", text.strip("/*\n "))
        yield number, text.startswith("/**"), re.sub(r"<pre>.*?</pre>", " ", body, flags=re.S)
    if last:
        yield last[0], False, last[2]


def check_java():
    for path in tracked(".java"):
        for number, javadoc, text in comments(path):
            text = plain(re.sub(r"\{@\w+\s+([^}]*)\}", "`c`", text))
            if javadoc and OPENING.match(text.strip()):
                yield f"{name(path)}:{number}: opening: \"{' '.join(text.split()[:5])}\" (open with a noun or a verb)"
            for problem in broken_rules(" ".join(text.split())):
                if not (javadoc and problem.startswith("where") and text.strip().startswith("Where")):
                    yield f"{name(path)}:{number}: {problem}"


def anchors(path):
    text = path.read_text(encoding="utf-8")
    found = set(re.findall(r'<a id="([^"]+)"', text))
    for heading in re.findall(r"(?m)^#+ (.+)$", re.sub(r"(?ms)^```.*?^```", "", text)):
        found.add(re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-"))
    return found


def check_links():
    for path in tracked(".md"):
        text = re.sub(r"(?ms)^```.*?^```|`[^`\n]*`", "", path.read_text(encoding="utf-8"))
        for target in sorted(set(re.findall(r"\]\(([^)\s]+)\)", text))):
            if re.match(r"[a-z]+:", target):
                continue
            file, _, anchor = target.partition("#")
            to = (path.parent / file).resolve() if file else path
            if not to.exists():
                yield f"{name(path)}: no file {target}"
            elif anchor and (to.suffix != ".md" or anchor not in anchors(to)):
                yield f"{name(path)}: no anchor {target}"


def aliases():
    """Names that Prometheus adds to those of /metrics: recording rules for Aragora's dashboards, and relabelled names."""
    folder = ROOT / "deploy/prometheus"
    rules = "\n".join(p.read_text(encoding="utf-8") for p in sorted((folder / "aliases").glob("*.yml")))
    names = re.findall(r"(?m)^ *- record: (\w+)$", rules)
    names += re.findall(r"(?m)^ *replacement: (aragora_\w+)$", (folder / "prometheus.yml").read_text(encoding="utf-8"))
    return {name for metric in names for name in (metric, re.sub(r"_(bucket|sum|count)$", "", metric))}


def check_metrics():
    golden = next(p for p in tracked("catalog-metrics.txt"))
    known = set(re.findall(r"(?m)^# TYPE (\S+)", golden.read_text(encoding="utf-8"))) | aliases()
    java = "\n".join(p.read_text(encoding="utf-8") for p in tracked(".java"))
    own = next((p for p in tracked("ExporterMetrics.java") if "/main/" in name(p)), None)
    if own is None:
        yield "docs/check.py: no ExporterMetrics.java to compare docs/reference/metrics.md with"
        return
    exporter = {f"aragora_telemetry_exporter_{m}" for m in re.findall(r'PREFIX \+ "(\w+)"', own.read_text(encoding="utf-8"))}
    listed = set(re.findall(r"`(aragora_telemetry_exporter_\w+)`", (ROOT / "docs/reference/metrics.md").read_text()))
    for metric in sorted(exporter ^ listed):
        yield f"docs/reference/metrics.md and {own.name} differ in {metric}"
    for path in tracked(".md"):
        for metric in sorted(set(re.findall(r"\baragora_[a-z0-9_]*[a-z0-9]\b(?![*_…-])", path.read_text(encoding="utf-8")))):
            base = re.sub(r"_(bucket|sum|count)$", "", metric)
            suffix = re.sub(r"^aragora_telemetry_(exporter_|process_)?(kafka_)?", "", metric)
            kafka = suffix.replace("_seconds_total", "_ns_total").replace("_", "-")  # its own name; we serve seconds
            if not {metric, base} & (known | exporter) and not re.search(
                    rf'"({re.escape(metric)}|{re.escape(suffix)}|{re.escape(suffix.removesuffix("_info"))}|{kafka})(_\w+)?"', java):
                yield f"{name(path)}: no metric {metric}"


def launcher():
    rows = re.findall(r"(?m)^([a-z-]+)\|([a-z-]+)\|([\w.]+)\|", (ROOT / "bin/telemetry").read_text(encoding="utf-8"))
    return {command: (module, "org.aragora.telemetry." + main) for command, module, main in rows}


def usages():
    """(where, words) of every use of bin/telemetry in code of the pages."""
    for path in tracked(".md"):
        text = path.read_text(encoding="utf-8").replace("\\\n", " ")
        blocks = re.findall(r"(?ms)^```(?:bash|sh)?\n(.*?)^```", text)
        lines = [l for b in blocks for l in b.splitlines()] + re.findall(r"(?m)^    (.+)$", text)
        lines += re.findall(r"`([^`]+)`", re.sub(r"(?ms)^```.*?^```", "", text))
        for line in lines:
            for use in re.findall(r"\bbin/telemetry\s+([^|#&;>]+)", line):
                yield name(path), use.replace("\n", " ").split()


def check_commands():
    table, pages = launcher(), {}

    def help_of(command, sub):
        if (command, sub) not in pages:
            module, main = table[command]
            jars = [str(p) for p in (ROOT / module / "target").glob("aragora-telemetry-*.jar")]
            path = ":".join([*jars, str(ROOT / module / "target" / "lib" / "*")])
            done = subprocess.run(["java", "-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", path, main,
                                   *([sub] if sub else []), "--help"], capture_output=True, text=True, timeout=60)
            pages[command, sub] = (done.returncode, done.stdout, done.stderr)
        return pages[command, sub]

    for command in table:
        code, out, err = help_of(command, "")
        if code or not out:
            yield f"bin/telemetry {command} --help: exit code {code}: {(out + err)[:200]}"
    for where, words in usages():
        command = words[0]
        if command in ("build", "package", "completion", "COMMAND") or command.startswith("-"):
            continue
        if command not in table:
            yield f"{where}: no command {command}"
            continue
        page = help_of(command, "")[1]
        options = {w.split("=")[0].rstrip(".,:") for w in words[1:] if w.startswith("--")}
        sub = words[1] if len(words) > 1 and re.fullmatch("[a-z-]+", words[1]) and not words[1].startswith("-") else ""
        if sub and not re.search(rf"(?m)^  {sub}(\s|$)", page):
            yield f"{where}: no command {command} {sub}"
            continue
        page = help_of(command, sub)[1]
        for option in sorted(options):
            if not re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", page):
                yield f"{where}: {command} {sub} has no option {option}".replace("  ", " ")


def check_words():
    total = 0
    for path in tracked(".md"):
        words = len(path.read_text(encoding="utf-8").split())
        total += words
        print(f"{words:6} {name(path)}")
    print(f"{total:6} in all")
    return ()


if __name__ == "__main__":
    if len(sys.argv) < 2 or f"check_{sys.argv[1]}" not in globals():
        print(__doc__.strip(), file=sys.stderr)
        sys.exit(2)
    problems = list(globals()[f"check_{sys.argv[1]}"]())
    print("\n".join(problems), end="\n" if problems else "")
    if sys.argv[1] == "java":
        print(f"{len(problems)} places in comments of Java do not follow the rules.")
        sys.exit(1 if problems and "--strict" in sys.argv else 0)
    sys.exit(1 if problems else 0)
