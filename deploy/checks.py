"""The checks of deploy/verify that read files (Python 3 and PyYAML): checks.py NAME; says what is wrong and exits 1."""
import datetime
import http.server
import json
import os
import pathlib
import re
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request

import yaml

DEPLOY = pathlib.Path(__file__).resolve().parent
ROOT = DEPLOY.parent
PROMETHEUS = DEPLOY / "prometheus"


def load(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def compose():
    return load(ROOT / "docker-compose.yml")


def rules():
    for path in sorted((PROMETHEUS / "rules").glob("*.yml")):
        for group in load(path)["groups"]:
            yield from group["rules"]


def check_yaml():
    """every YAML and JSON file parses"""
    for path in [ROOT / "docker-compose.yml", *DEPLOY.rglob("*.yml"), *DEPLOY.rglob("*.yaml"), *DEPLOY.rglob("*.json")]:
        try:
            list(yaml.safe_load_all(path.read_text(encoding="utf-8")))
        except yaml.YAMLError as error:
            yield f"{path.relative_to(ROOT)}: {error}"


def check_alerts():
    """every alert has severity, summary, description, links to its runbook entry and a board, and a unit test of either kind"""
    base = (DEPLOY / "base-url").read_text(encoding="utf-8").strip()
    boards = dict(dashboards())
    if not re.fullmatch(r"https?://[^/\s]+(/\S*[^/\s])?", base):
        yield f"deploy/base-url is not the address of Grafana: {base}"
    tests = [t for path in (PROMETHEUS / "tests").glob("*.yml") for t in load(path)["tests"]]
    for rule in rules():
        name = rule.get("alert")
        if not name:
            continue
        notes = rule.get("annotations", {})
        for key in ("summary", "description", "runbook_url", "dashboard_url"):
            if not notes.get(key):
                yield f"{name} has no {key}"
        opened = re.fullmatch(re.escape(base) + r"/d/aragora-runbook\?viewPanel=(\d+)", notes.get("runbook_url", ""))
        entry = next((p["title"] for p in boards["aragora-runbook"]["panels"] if opened and p["id"] == int(opened[1])), None)
        if entry != ("Burn rates" if "BurnRate" in name else name):
            yield f"{name}: {notes.get('runbook_url')} opens the entry {entry}"
        shown = re.fullmatch(re.escape(base) + r"/d/([\w-]+)(\?.*)?", notes.get("dashboard_url", ""))
        if not shown or shown[1] not in boards:
            yield f"{name}: {notes.get('dashboard_url')} opens no board"
        for variable in re.findall(r"var-(\w+)=", notes.get("dashboard_url", "")):
            if shown and variable not in [v["name"] for v in boards[shown[1]]["templating"]["list"]]:
                yield f"{name}: {shown[1]} has no variable {variable}"
        if rule.get("labels", {}).get("severity") not in ("critical", "warning", "none"):
            yield f"{name} has no severity that the routes know"
        fires = [t for t in tests
                 if any(f'alertname="{name}"' in sample["labels"]
                        for e in t.get("promql_expr_test", []) for sample in e["exp_samples"])
                 or any(a["alertname"] == name and a["exp_alerts"] for a in t.get("alert_rule_test", []))]
        quiet = [t for t in tests if t not in fires and t.get("name", "").startswith(name)]
        if not fires:
            yield f"{name}: no test in which it fires"
        if not quiet and name != "Watchdog":
            yield f"{name}: no test in which it keeps quiet"


def check_owned():
    """the jobs of the instances, and no other, drop the metrics that the pipeline counts"""
    jobs = load(PROMETHEUS / "prometheus.yml")["scrape_configs"] + load(DEPLOY / "kubernetes" / "prometheus-scrape.yml")
    dropping = [job["job_name"] for job in jobs
                if any(rule.get("action") == "drop" for rule in job.get("metric_relabel_configs", []))]
    if sorted(dropping) != ["aragora", "aragora", "aragora-workers"]:
        yield f"jobs that drop metrics: {dropping}"


def check_identity_kubernetes():
    """the ServiceMonitor relabels like the compose stack's job"""
    job = next(j for j in load(PROMETHEUS / "prometheus.yml")["scrape_configs"] if j["job_name"] == "aragora-telemetry")
    monitor = next(iter(yaml.safe_load_all((DEPLOY / "kubernetes" / "monitoring.yml").read_text())))
    camel = {"source_labels": "sourceLabels", "target_label": "targetLabel"}
    want = [{camel.get(k, k): v for k, v in r.items()} for r in job["metric_relabel_configs"]]
    if monitor["spec"]["endpoints"][0]["metricRelabelings"] != want:
        yield "monitoring.yml and prometheus.yml differ"


def dashboards():
    for path in sorted((DEPLOY / "grafana" / "dashboards").glob("*.json")):
        yield path.stem, json.loads(path.read_text(encoding="utf-8"))


# Grafana replaces these; what stands for them here is what it writes with "All" chosen, over some hours.
GRAFANA = {"$__rate_interval": "5m", "$__interval": "15s", "$__range": "1h"}
BUILT_IN = {"__from", "__to", "__interval", "__rate_interval", "__range", "__value", "__field", "__data", "__url_time_range"}
NUMBERS = {"stat", "timeseries", "bargauge", "table", "heatmap"}
OTHERS = {"logs", "traces", "text"}


def resolved(expression):
    """An expression as Grafana sends it to Prometheus."""
    for name, value in GRAFANA.items():
        expression = expression.replace(name, value)
    return re.sub(r"\$\{?\w+\}?", ".*", expression)


def of_prometheus(panel):
    """The expressions of a panel that Prometheus is asked."""
    return [t["expr"] for t in panel["targets"] if t["datasource"]["type"] == "prometheus"]


def links_of(node):
    """(title, address) of every link in a board."""
    if isinstance(node, dict):
        if isinstance(node.get("url"), str) and node["url"] and "title" in node:
            yield node["title"], node["url"]
        node = node.values()
    elif not isinstance(node, list):
        return
    for each in node:
        yield from links_of(each)


def is_open_link(url, boards):
    """True if a link opens from every page: absolute, or from Grafana's root to a board and a panel that exist."""
    if re.match(r"https?://[^/]+", url):
        return True
    board = re.match(r"/d/([\w-]+)(?:\?(.*))?$", url)
    if not board:
        return url.startswith("/explore?")
    shown = urllib.parse.parse_qs(board[2] or "").get("viewPanel")
    return board[1] in boards and (not shown or int(shown[0]) in {p["id"] for p in boards[board[1]]["panels"]})


def faults_of_panel(panel):
    """what a panel lacks"""
    kind, defaults = panel["type"], panel["fieldConfig"]["defaults"]
    if kind not in NUMBERS | OTHERS:
        yield f"has the type {kind}"
    if len(panel.get("description", "")) < 15 or panel["description"].rstrip(".") == panel["title"]:
        yield "has no description"
    if kind in NUMBERS and of_prometheus(panel) and not defaults.get("unit"):
        yield "has no unit"
    if kind != "text" and not (panel.get("datasource") and panel["targets"]):
        yield "asks nothing"
    refs = [t.get("refId") for t in panel["targets"]]
    if None in refs or len(set(refs)) != len(refs):
        yield f"has the refIds {refs}"
    for target in panel["targets"]:
        if not target.get("datasource", {}).get("uid", "").startswith("$"):
            yield "asks a data source that cannot be chosen"
    for expression in of_prometheus(panel):
        if re.search(r"\b(rate|irate|deriv|delta)\s*\((?![^\[\]]*\[\$__rate_interval\])", expression):
            yield f"has a rate over another time than $__rate_interval: {expression}"
        if re.search(r"\bvector\s*\(\s*0*\.?0*\s*\)", expression):
            yield f"shows 0 where there is nothing: {expression}"
    if kind == "stat" and not any(m["type"] == "special" and m["options"]["match"] == "null+nan"
                                  and m["options"]["result"]["color"] == "red" for m in defaults.get("mappings", [])):
        yield "does not show red where there is nothing"
    if kind in ("stat", "bargauge") and not panel["options"].get("reduceOptions", {}).get("calcs"):
        yield "does not choose one value of many"
    if kind == "timeseries" and len(defaults["thresholds"]["steps"]) > 1 and defaults["custom"]["thresholdsStyle"]["mode"] == "off":
        yield "does not draw its limit"


def faults_of_board(model, boards):
    """what is wrong with a board, by panel"""
    cells, titles, ids = set(), [], []
    for panel in model["panels"]:
        title, grid = panel["title"], panel["gridPos"]
        yield from (f"{title} {fault}" for fault in faults_of_panel(panel))
        titles.append(title)
        ids.append(panel["id"])
        mine = {(x, y) for x in range(grid["x"], grid["x"] + grid["w"]) for y in range(grid["y"], grid["y"] + grid["h"])}
        if not mine or mine & cells or grid["x"] + grid["w"] > 24:
            yield f"{title} lies on another panel or beside the board"
        cells |= mine
    if len(set(titles)) != len(titles) or len(set(ids)) != len(ids):
        yield "two panels have one title or one id"
    defined = [v["name"] for v in model["templating"]["list"]]
    used = set(re.findall(r"\$\{?(\w+)", json.dumps(model["panels"]) + json.dumps(model["annotations"])))
    if used - set(defined) - BUILT_IN:
        yield f"uses variables that are not defined: {sorted(used - set(defined) - BUILT_IN)}"
    if set(defined) - used:
        yield f"defines variables that nothing uses: {sorted(set(defined) - used)}"
    for title, url in links_of(model["panels"]):
        if not is_open_link(url, boards):
            yield f"the link {title} opens nothing: {url}"


def check_dashboards():
    """boards and panels as the rules above want them, unique ids, every expression accepted by promtool"""
    boards = dict(dashboards())
    for name, model in boards.items():
        if model["uid"] != name:
            yield f"{name}: uid {model['uid']}"
        yield from (f"{name}: {fault}" for fault in faults_of_board(model, boards))
    expressions = [resolved(e) for model in boards.values() for panel in model["panels"] for e in of_prometheus(panel)]
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump({"groups": [{"name": "dashboards", "rules": [
            {"record": f"dashboard:{i}", "expr": e} for i, e in enumerate(expressions)]}]}, file)
        file.flush()
        done = subprocess.run(["promtool", "check", "rules", file.name], capture_output=True, text=True)
        if done.returncode:
            yield (done.stdout + done.stderr)[:4000]


def check_dashboards_rules():
    """each rule about boards finds a board that breaks it"""
    boards = dict(dashboards())

    def broken(part, change):
        model = json.loads(json.dumps(boards["aragora-overview"]))
        change(model)
        found = list(faults_of_board(model, boards))
        return [] if any(part in fault for fault in found) else [f"nothing finds a board whose fault is: {part}; {found}"]

    def of(kind, change):
        return lambda model: change(next(p for p in model["panels"] if p["type"] == kind))

    def expression(text):
        return of("stat", lambda p: p["targets"][0].update(expr=text))

    for part, change in [
        ("has no unit", of("stat", lambda p: p["fieldConfig"]["defaults"].pop("unit"))),
        ("has no unit", of("heatmap", lambda p: p["fieldConfig"]["defaults"].pop("unit"))),
        ("has no description", of("logs", lambda p: p.update(description=""))),
        ("has no description", of("stat", lambda p: p.update(description=p["title"]))),
        ("has the type", of("stat", lambda p: p.update(type="graph"))),
        ("asks nothing", of("logs", lambda p: p.update(targets=[]))),
        ("has the refIds", of("timeseries", lambda p: p["targets"][1].update(refId="A"))),
        ("cannot be chosen", of("stat", lambda p: p["targets"][0].update(datasource={"type": "prometheus", "uid": "prometheus"}))),
        ("another time", expression("sum(rate(aragora_requests_total[5m]))")),
        ("another time", expression('rate(aragora_requests_total{status=~"5.."}[$__interval])')),
        ("shows 0", expression("sum(aragora_active_debates) or vector(0)")),
        ("shows 0", expression("sum(aragora_active_debates) or on() vector( 0.0 )")),
        ("does not show red", of("stat", lambda p: p["fieldConfig"]["defaults"].update(mappings=[]))),
        ("one value", of("stat", lambda p: p["options"].update(reduceOptions={"calls": ["last"]}))),
        ("does not draw", of("timeseries", lambda p: p["fieldConfig"]["defaults"]["custom"].update(thresholdsStyle={"mode": "off"}))),
        ("lies on another", of("stat", lambda p: p["gridPos"].update(w=9))),
        ("lies on another", of("timeseries", lambda p: p["gridPos"].update(x=1))),
        ("one title", of("timeseries", lambda p: p.update(title="Error Rate"))),
        ("not defined", expression('sum(aragora_active_debates{cluster=~"$clutser"})')),
        ("not defined", lambda m: m["templating"].update(list=[v for v in m["templating"]["list"] if v["name"] != "endpoint"])),
        ("nothing uses", lambda m: m["templating"]["list"].append({"name": "agent"})),
        ("opens nothing", of("stat", lambda p: p.update(links=[{"title": "a path", "url": "docs/runbook.md#watchdog"}]))),
        ("opens nothing", of("stat", lambda p: p.update(links=[{"title": "no board", "url": "/d/aragora-none"}]))),
        ("opens nothing", of("stat", lambda p: p.update(links=[{"title": "no entry", "url": "/d/aragora-runbook?viewPanel=999"}]))),
    ]:
        yield from broken(part, change)


def check_dashboards_schema():
    """boards, their panels and questions are valid by Grafana's published JSON Schemas, in the folder that GRAFANA_SCHEMAS names"""
    import jsonschema
    folder = pathlib.Path(os.environ["GRAFANA_SCHEMAS"])
    schemas = {path.name.split(".")[0]: json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*.jsonschema.json")}
    if "dashboard" not in schemas:
        yield f"{folder} has no dashboard.jsonschema.json"
        return

    def innermost(error):
        return jsonschema.exceptions.best_match([error])

    def problems(where, kind, name, value):
        definitions = schemas.get(kind, {}).get("definitions", {})
        if name in definitions:
            validator = jsonschema.Draft7Validator({"$ref": f"#/definitions/{name}", "definitions": definitions})
            for error in map(innermost, validator.iter_errors(value)):
                yield f"{where}: {kind} {'/'.join(map(str, error.absolute_path))}: {error.message[:300]}"

    for name, model in dashboards():
        yield from problems(name, "dashboard", "Dashboard", {**model, "panels": []})
        for panel in model["panels"]:
            where = f"{name}: {panel['title']}"
            yield from problems(where, "dashboard", "Panel", panel)
            yield from problems(where, panel["type"], "Options", panel["options"])
            yield from problems(where, panel["type"], "FieldConfig", panel["fieldConfig"]["defaults"].get("custom", {}))
            for target in panel["targets"]:
                yield from problems(where, target["datasource"]["type"], "Dataquery", target)


def queries():
    """(where, expression) of the dashboards, the rules and the recorded names"""
    for name, model in dashboards():
        for panel in model["panels"]:
            for expression in of_prometheus(panel):
                yield f"{name}: {panel['title']}", resolved(expression)
    for path in [*sorted((PROMETHEUS / "rules").glob("*.yml")), *sorted((PROMETHEUS / "aliases").glob("*.yml"))]:
        for group in load(path)["groups"]:
            for rule in group["rules"]:
                yield f"{path.name}: {rule.get('alert') or rule['record']}", rule["expr"]


def bare(expression):
    """the series of an expression that are read at one moment, and not over a time"""
    return re.findall(r"\b(aragora_\w+)\b(?!\s*(?:\{[^}]*\})?\s*\[)(?!\()", re.sub(r'"[^"]*"', '""', expression))


def check_hand_over():
    """a series that moves to another process is absent for a scrape or two: no gauge is read at one moment, no stat shows 0 then"""
    page = ROOT / "stream-processor/src/test/resources/org/aragora/telemetry/processor/catalog-metrics.txt"
    gauges = set(re.findall(r"(?m)^# TYPE (\S+) gauge", page.read_text(encoding="utf-8")))
    if not {"aragora_active_debates", "aragora_telemetry_lag_seconds"} <= gauges:
        yield f"{page.name} names the gauges {sorted(gauges)}"
    for where, expression in queries():
        for name in bare(expression):
            if not where.startswith("upstream.yml") or name in gauges:
                yield f"{where}: {name} is read at one moment: wrap it in last_over_time(...[1m])"
        if re.search(r"\bvector\s*\(\s*0*\.?0*\s*\)", expression):
            yield f"{where}: vector(0) shows 0 when nothing is served"


def check_holes():
    """promtool: over holes of 9 to 23 s each panel and name of a gauge shows what it shows without them; over none, no stat shows a number"""
    tests, with_gauge = [], []
    for where, expression in queries():
        names = set(re.findall(r"last_over_time\((aragora_\w+)", expression))
        if names and "_over_time" in expression and not where.startswith(("aragora.yml", "slo.yml", "telemetry.yml")):
            with_gauge.append((where, expression, names))
    if len(with_gauge) < 20:
        yield f"only {len(with_gauge)} expressions read a gauge"
    labels = '{topic="t", partition="0", instance_id="i", window="1h", agent="a", exporter="spans", instance="x"}'
    # A scrape every 15 s: after the hand-over a marker, or no sample, or both, and then the same value.
    shapes = ["5x4 stale 5x4 stale _ 5x9", "5x4 _ 5x4 stale stale 5x9"]
    whole = "5x22"
    for shape in shapes:
        names = set().union(*(n for _, _, n in with_gauge))
        tests.append({
            "name": shape, "interval": "15s",
            "input_series": [{"series": f"{n}{labels}", "values": shape} for n in sorted(names)]
            + [{"series": f"whole_{n}{labels}", "values": whole} for n in sorted(names)],
            "promql_expr_test": [
                {"expr": f"({e}) != ({w}) or ({w}) unless ({e}) or ({e}) unless ({w})", "eval_time": f"{t}s", "exp_samples": []}
                for _, e, _ in with_gauge for w in [re.sub(r"last_over_time\(aragora_", "last_over_time(whole_aragora_", e)]
                for t in range(30, 300, 7)]
            + [{"expr": f"count({e}) >= bool 1", "eval_time": "90s", "exp_samples": [{"labels": "{}", "value": 1}]}
               for _, e, _ in with_gauge if "== 0" not in e]})
    tests.append({"name": "nothing is served", "interval": "15s", "input_series": [], "promql_expr_test": [
        {"expr": e, "eval_time": "5m", "exp_samples": []} for w, e in queries() if w.partition(":")[0] in dict(dashboards())]})
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump({"evaluation_interval": "15s", "tests": tests}, file)
        file.flush()
        done = subprocess.run(["promtool", "test", "rules", file.name], capture_output=True, text=True)
        if done.returncode:
            yield (done.stdout + done.stderr)[:4000]


def check_trust():
    """promtool: Trust is 0 (complete), 1 (behind), 2 (blind), or nothing if nobody serves"""
    panels = [p for _, model in dashboards() for p in model["panels"] if p["title"] == "Trust"]
    if len(panels) < 3:
        yield f"only {len(panels)} boards show Trust"
    lag, complete = 'aragora_telemetry_lag_seconds{topic="t"}', 'aragora_telemetry_complete_until_timestamp_seconds{topic="t"}'
    stopped = 'aragora_telemetry_process_stopped{instance="x"}'
    cases = [  # name, series, value after half an hour
        ("complete", {lag: "0x30", complete: "0+60x30", stopped: "0x30"}, 0),
        ("quiet: nothing moves and nothing waits", {lag: "0x30", complete: "0x30", stopped: "0x30"}, 0),
        ("behind, moving", {lag: "400x30", complete: "0+30x30", stopped: "0x30"}, 1),
        ("stands although events wait", {lag: "400x30", complete: "0x30", stopped: "0x30"}, 2),
        ("stopped", {lag: "0x30", complete: "0+60x30", stopped: "0x20 1x9"}, 2),
        ("gone", {lag: "0x20", complete: "0+60x20", stopped: "0x20"}, None),
        ("never there", {}, None),
    ]
    for expression in {resolved(e) for p in panels for e in of_prometheus(p)}:
        tests = [{"name": name, "interval": "1m", "input_series": [{"series": s, "values": v} for s, v in series.items()],
                  "promql_expr_test": [{"expr": expression, "eval_time": "30m", "exp_samples":
                                        [] if value is None else [{"labels": "{}", "value": value}]}]}
                 for name, series, value in cases]
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump({"evaluation_interval": "1m", "tests": tests}, file)
            file.flush()
            done = subprocess.run(["promtool", "test", "rules", file.name], capture_output=True, text=True)
            if done.returncode:
                yield (done.stdout + done.stderr)[:4000]


def check_compose():
    """images pinned, mounts there, ports distinct, limits, TZ, volumes and secrets declared, health checks as reviewed"""
    model = compose()
    table = {}
    for row in (ROOT / "docs" / "how-to" / "operate.md").read_text(encoding="utf-8").splitlines():
        cells = [c.strip() for c in row.split(" | ")]
        if len(cells) == 3 and cells[0].startswith("| `") and cells[1].startswith(("`", "none")):
            table[cells[0][2:].strip("`")] = cells[1].strip("`")
    host_ports = {}
    for name, service in model["services"].items():
        image = service["image"]
        tag = image.partition(":")[2]
        if not image.startswith("aragora-telemetry:") and not re.fullmatch(r"v?\d+\.\d+\.\d+([.-]\S+)?", tag):
            yield f"{name}: image {image} is not pinned"
        if not service.get("deploy", {}).get("resources", {}).get("limits", {}).get("memory"):
            yield f"{name}: no limit on memory"
        if image.startswith("aragora-telemetry:") and not (
                service.get("read_only") and service.get("cap_drop") == ["ALL"] and service.get("tmpfs")):
            yield f"{name}: its root is not read-only, or it has capabilities"
        if service.get("environment", {}).get("TZ") != "UTC":
            yield f"{name}: TZ is not UTC"
        for mount in service.get("volumes", []):
            source = mount.split(":")[0]
            if source.startswith("."):
                if not (ROOT / source).exists():
                    yield f"{name}: {source} does not exist"
            elif not source.startswith("/") and source not in model["volumes"]:
                yield f"{name}: volume {source} is not declared"
        for secret in service.get("secrets", []):
            if secret not in model["secrets"]:
                yield f"{name}: secret {secret} is not declared"
        for port in service.get("ports", []):
            address, host, _ = port.split(":")
            if address != "127.0.0.1":
                yield f"{name}: {port} is open to the network"
            if host and host in host_ports:
                yield f"{name} and {host_ports[host]} both want port {host}"
            if host:
                host_ports[host] = name
            if host and name in ("stream-processor", "span-exporter", "log-exporter"):
                yield f"{name}: a fixed port breaks --scale"
        check = service.get("healthcheck", {}).get("test")
        if name in ("topics", "load", "doctor"):
            continue
        command = "none" if check is None else check[1] if check[0] == "CMD-SHELL" else shlex.join(check[1:])
        if image not in table:
            yield f"{name}: {image} is not in the health check table of docs/how-to/operate.md"
            continue
        reviewed = table[image].replace("PORT", str(service["environment"].get("METRICS_PORT", "")))
        if command.replace("$$", "$") != reviewed:
            yield f"{name}: health check {command!r}, reviewed {reviewed!r}"
    for variable in re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()) + [
            s["environment"] for s in model["secrets"].values()]:
        if not re.search(rf"(?m)^{variable}=", (ROOT / ".env.example").read_text()):
            yield f".env.example does not name {variable}"
    hosts = set(model["services"])
    for job in load(PROMETHEUS / "prometheus.yml")["scrape_configs"]:
        names = [n for d in job.get("dns_sd_configs", []) for n in d["names"]]
        names += [t.split(":")[0] for s in job.get("static_configs", []) for t in s["targets"]]
        for host in names:
            if host not in hosts | {"localhost", "aragora"}:
                yield f"prometheus.yml: no service {host}"


def check_compose_1():
    """Compose 1 takes the file, without the four keys that it is too old for: variables, types, references"""
    model = compose()
    del model["name"]
    for secret in model["secrets"].values():
        secret["file"] = f"./{secret.pop('environment')}"
    for service in model["services"].values():
        service.get("healthcheck", {}).pop("start_interval", None)
    for part in [model, *model["services"].values()]:
        for extension in [k for k in part if k.startswith("x-")]:
            del part[extension]
    with tempfile.TemporaryDirectory() as home:
        path = pathlib.Path(home, "docker-compose.yml")
        path.write_text(yaml.safe_dump({"version": "3.9", **model}))
        done = subprocess.run(["docker-compose", "--file", str(path), "--project-directory", str(ROOT), "--env-file",
                               str(ROOT / ".env.example"), "config", "--quiet"], capture_output=True, text=True)
        if done.returncode:
            yield done.stdout + done.stderr


def check_kubernetes():
    """what the base consists of: probes, limits, non-root, pinned images, autoscaler within the partitions"""
    docs = [d for path in (DEPLOY / "kubernetes").glob("*.yml") if path.name not in
            ("kustomization.yml", "prometheus-scrape.yml", "jaeger-config.yml")
            for d in yaml.safe_load_all(path.read_text(encoding="utf-8"))]
    kinds, accounts, labels = {}, [], []
    for doc in docs:
        kinds.setdefault(doc["kind"], []).append(doc)
        name = f"{doc['kind']}/{doc['metadata']['name']}"
        spec = doc["spec"]["jobTemplate"]["spec"] if doc["kind"] == "CronJob" else doc.get("spec", {})
        pod = spec.get("template", {}).get("spec")
        if not pod:
            continue
        if not pod.get("securityContext", {}).get("runAsNonRoot"):
            yield f"{name} may run as root"
        if pod.get("automountServiceAccountToken") is not False:
            yield f"{name} gets a token that it does not need"
        if doc["kind"] != "CronJob":
            accounts.append((name, pod.get("serviceAccountName")))
            labels.append((name, spec["template"]["metadata"]["labels"]["app"]))
        for container in pod["containers"]:
            image = container["image"]
            if image != "aragora-telemetry" and not re.search(r":v?\d+\.\d+\.\d+", image):
                yield f"{name}: image {image} is not pinned"
            if not {"memory", "cpu"} <= set(container.get("resources", {}).get("limits", {})):
                yield f"{name}: no limit on memory or CPU"
            if doc["kind"] in ("Deployment", "StatefulSet") and not {"livenessProbe", "readinessProbe"} <= set(container):
                yield f"{name}: a probe is missing"
    for kind in ("StatefulSet", "Deployment", "PodDisruptionBudget", "HorizontalPodAutoscaler", "ServiceMonitor",
                 "PrometheusRule", "Ingress", "CronJob", "Job", "NetworkPolicy", "ServiceAccount"):
        if kind not in kinds:
            yield f"no {kind}"
    declared = {account["metadata"]["name"] for account in kinds["ServiceAccount"]}
    for name, account in accounts:
        if account not in declared:
            yield f"{name}: the service account {account} is not declared"
    if len({account for _, account in accounts}) != len(accounts):
        yield f"programs share a service account: {accounts}"
    guarded = [policy["spec"]["podSelector"] for policy in kinds["NetworkPolicy"] if "Ingress" in policy["spec"]["policyTypes"]]
    for name, app in labels:
        if not any(app == s.get("matchLabels", {}).get("app") or any(app in e["values"] for e in s.get("matchExpressions", []))
                   for s in guarded):
            yield f"{name}: no NetworkPolicy limits who may ask it"
    if kinds["HorizontalPodAutoscaler"][0]["spec"]["maxReplicas"] > 12:
        yield "more processors than partitions"


def check_acknowledgement():
    """Backends acknowledge only what they have stored: the exporters commit on the answer. They start without a warning."""
    found = 0
    for path in sorted(DEPLOY.rglob("*.y*ml")):
        for document in yaml.safe_load_all(path.read_text(encoding="utf-8")):
            yield from unsafe_pipelines(path.relative_to(ROOT), document)
            if is_collector(document) and set(document["service"].get("telemetry", {}).get("resource") or {}) - {"attributes"}:
                yield f"{path.relative_to(ROOT)}: the collector warns of attributes that are not in service.telemetry.resource.attributes"
            found += is_collector(document)
    if found < 2:
        yield f"{found} configurations of Jaeger were found, not 2"


def is_collector(document):
    return isinstance(document, dict) and "pipelines" in (document.get("service") or {})


def unsafe_pipelines(path, document):
    if not is_collector(document):
        return
    for name, pipeline in document["service"]["pipelines"].items():
        for processor in pipeline.get("processors") or []:
            if processor.split("/")[0] == "batch":
                yield f"{path}: the pipeline {name} acknowledges before it stores (processor {processor})"
    for name, exporter in (document.get("exporters") or {}).items():
        queue = (exporter or {}).get("sending_queue", (exporter or {}).get("queue")) or {}
        if queue.get("enabled", bool(queue)):
            yield f"{path}: the exporter {name} acknowledges before it stores (queue)"
    backends = document.get("extensions", {}).get("jaeger_storage", {}).get("backends", {})
    for name, backend in backends.items():
        for kind in ("elasticsearch", "opensearch"):
            if kind in backend and backend[kind].get("write_mode") != "sync":
                yield f"{path}: the storage {name} acknowledges before it stores (write_mode is not sync)"


def check_dockerfile():
    """base images pinned, more than one stage, not root, nothing but the packaged commands, labels"""
    lines = (DEPLOY / "docker" / "Dockerfile").read_text().splitlines()
    bases = [line.split()[1] for line in lines if line.startswith("FROM ")]
    if len(bases) < 2 or not all(re.fullmatch(r"[a-z/-]+:\d+\.\d+\.\d+[._-]\S+@sha256:[0-9a-f]{64}", b) for b in bases):
        yield f"bases without a version and a digest: {bases}"
    watched = {(update["package-ecosystem"], update["directory"])
               for update in load(ROOT / ".github" / "dependabot.yml")["updates"]}
    if not {("docker", "/deploy/docker"), ("docker-compose", "/"), ("github-actions", "/")} <= watched:
        yield f".github/dependabot.yml does not watch each image: {watched}"
    users = [line.split()[1] for line in lines if line.startswith("USER ")]
    if not users or users[-1].startswith(("0", "root")):
        yield "the image runs as root"
    last = "\n".join(lines[max(i for i, line in enumerate(lines) if line.startswith("FROM ")):])
    if re.findall(r"(?m)^COPY (.*)", last) != ["--from=build /out /opt/aragora-telemetry"] or ".m2" in last:
        yield "the image contains more than the packaged commands"
    for label in ("title", "description", "licenses", "revision"):
        if f"org.opencontainers.image.{label}=" not in last:
            yield f"the image has no label {label}"
    if "JAVA_TOOL_OPTIONS=" in last:
        yield "JAVA_TOOL_OPTIONS prints a line that is not JSON"


def check_load():
    """the sample load writes events, each operation within its debate, and instance.stopped at SIGTERM"""
    load = DEPLOY / "load" / "events"
    # timeout signals the whole group, as a terminal does: a process of $() dies by it and leaves a broken line.
    if re.search(r"\$\((?!\()", load.read_text()):
        yield f"{load.name} starts a process within a line, which a signal to the group ends"
    done = subprocess.run(["timeout", "4", "bash", str(load)], capture_output=True, text=True,
                          env={**os.environ, "LOAD_RATE": "200"})
    events = [json.loads(line) for line in done.stdout.splitlines()]
    if len({e["type"] for e in events}) < 6 or any(
            set(e) - {"parentspanid"} != {"specversion", "id", "source", "type", "time", "traceparent", "data"}
            or not re.fullmatch("00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]", e["traceparent"]) for e in events):
        yield f"{len(events)} events of {sorted({e['type'] for e in events})} {done.stderr}"
    if not events or events[-1]["type"] != "ai.aragora.instance.stopped.v1":
        yield f"SIGTERM ends it with {events[-1:]} instead of instance.stopped {done.stderr}"
    yield from outside(events)


def outside(events):
    """operations that lie outside the span that they name as their parent, or that have no duration; debates with one id"""
    spans = {}
    for e in events:
        end = datetime.datetime.fromisoformat(e["time"].replace("Z", "+00:00")).timestamp()
        spans[e["traceparent"][36:52]] = (end - e["data"].get("duration_seconds", 0), end, e["traceparent"][3:35])
        if e["data"].get("duration_seconds", 1) <= 0:
            yield f"{e['type']} has no duration: {e['data']}"
    found = set()
    for e in events:
        own = spans[e["traceparent"][36:52]]
        if "parentspanid" in e:
            found.add(e["type"])
            # Times have microseconds, and a double holds those.
            parent = spans.get(e["parentspanid"])
            if not parent or own[2] != parent[2] or own[0] < parent[0] - 2e-6 or own[1] > parent[1] + 2e-6:
                yield f"{e['type']} lies outside its debate: {own} {parent}"
    if found != {"ai.aragora.agent.call_completed.v1", "ai.aragora.elo.updated.v1"}:
        yield f"only {found} belong to a debate"
    ids = [e["data"]["debate_id"] for e in events if e["type"] == "ai.aragora.debate.started.v1"]
    if len(ids) != len(set(ids)):
        yield f"two debates have one id: {sorted(ids)}"
    traces = [e["traceparent"][3:35] for e in events if e["type"] != "ai.aragora.log.emitted.v1"]
    if lone := [e for e in events if e["type"] == "ai.aragora.log.emitted.v1" and e["traceparent"][3:35] not in traces]:
        yield f"log lines without a span in their trace: {lone[:2]}"


def check_launcher():
    """bin/telemetry reports each thing that is missing in one sentence, and suggests the command that was meant"""
    with tempfile.TemporaryDirectory() as home:
        root = pathlib.Path(home, "checkout")
        main = root / "chassis/src/main/java/org/aragora/telemetry/chassis/topics/TopicsMain.java"
        main.parent.mkdir(parents=True)
        main.touch()
        (root / "chassis/pom.xml").touch()
        (root / "pom.xml").write_text("<project><version>7.8.9</version></project>")
        (root / "bin").mkdir()
        shutil.copy(ROOT / "bin" / "telemetry", root / "bin")
        tools = pathlib.Path(home, "tools")
        tools.mkdir()
        for tool in ("bash", "sed", "head", "grep", "dirname", "basename", "readlink", "find", "mkdir", "mv", "rm", "cat", "git", "sort"):
            (tools / tool).symlink_to(shutil.which(tool))

        def program(name, text):
            path = tools / name
            path.unlink(missing_ok=True)
            path.write_text("#!/bin/sh\n" + text)
            path.chmod(0o755)

        def run(*arguments):
            done = subprocess.run(["bash", str(root / "bin" / "telemetry"), *arguments], capture_output=True, text=True,
                                  env={"PATH": str(tools)})
            return done.returncode, done.stdout, done.stderr.strip()

        def expect(code, part, *arguments):
            got, out, err = run(*arguments)
            if got != code or part not in out + err or (code and "\n" in err.replace("takes a minute or two.\n", "")):
                return [f"telemetry {' '.join(arguments)}: exit code {got}, {(out + err)[:300]!r} instead of {code}, {part!r}"]
            return []

        yield from expect(0, "Aragora telemetry 7.8.9, revision ", "--version")
        yield from expect(2, 'there is no command "topcis"; telemetry --help lists them. Did you mean "topics"?', "topcis")
        yield from expect(2, "completion takes the name of a shell: bash.", "completion", "fish")
        typed = "COMP_WORDS=(telemetry top); COMP_CWORD=1; _telemetry; echo \"${COMPREPLY[*]}\""
        script = run("completion", "bash")[1]
        completed = subprocess.run(["bash", "-c", script + typed], capture_output=True, text=True).stdout.strip()
        if completed != "topics":
            yield f"telemetry completion bash: 'top' becomes {completed!r} instead of 'topics'"
        yield from expect(2, "there is no Java here; install a JDK 17 or newer.", "topics")
        program("java", """echo 'openjdk version "11.0.2" 2019-01-15' >&2""")
        yield from expect(2, "is version 11.0.2; a JDK 17 or newer is needed.", "topics")
        program("java", """echo 'openjdk version "17.0.2" 2022-01-15' >&2""")
        yield from expect(2, "Maven is not here, and chassis is not built yet; install Maven 3.8 or newer.", "topics")
        program("mvn", "exit 1")
        yield from expect(2, "comes without a compiler, and chassis is not built yet; install a JDK 17 or newer.", "topics")
        program("javac", "")
        program("mvn", "printf '[INFO] Building %s 7.8.9   [%s/3]\\n' schemas 1 chassis 2; echo '[ERROR] it does not compile'; exit 1")
        code, out, err = run("topics")
        if code != 1 or out or not all(part in err for part in (
                "telemetry: module 1 of 3: schemas\n", "telemetry: module 2 of 3: chassis\n", "[ERROR] it does not compile\n")):
            yield f"telemetry topics while it builds: exit code {code}, {(out + err)[:300]!r}"
        if "[INFO] Building chassis" not in (root / "target/launcher-build.log").read_text():
            yield "the log of the build has not all of Maven's output"
        program("mvn", "echo '[ERROR] Could not transfer artifact a:b:1 from central: Unknown host'; exit 1")
        yield from expect(1, "Maven cannot download what it needs: check the network", "topics")


# ---- with the real programs --------------------------------------------------------------------------------------------

def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait(url, seconds=20):
    end = time.monotonic() + seconds
    while True:
        try:
            return urllib.request.urlopen(url, timeout=2).read()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


def serve(text):
    page = [text]  # what is served can change

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write(page[0].encode())

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"127.0.0.1:{server.server_port}", page


def check_identity():
    """a real Prometheus: one series whoever serves it, own instances for what is a process's own, ours dropped elsewhere"""
    metrics = ('aragora_requests_total{method="GET",endpoint="/a",status="200"} 5\naragora_telemetry_lag_seconds{topic="t"} 0\n'
               "aragora_telemetry_process_series 7\njvm_threads_current 9\n"
               'aragora_consensus_rate{window="5m"} 0.5\naragora_consensus_rate{window="1h"} 0.75\n')
    (first, first_page), (second, second_page) = serve(metrics), serve(metrics)
    processors = [first, second]
    instance, _ = serve('aragora_requests_total{method="GET"} 5\naragora_request_duration_seconds_bucket{le="+Inf"} 5\n'
                     "aragora_request_duration_seconds_count 5\naragora_requests_other_total 1\naragora_http_requests_total 5\n")
    jobs = {j["job_name"]: j for j in load(PROMETHEUS / "prometheus.yml")["scrape_configs"]}
    config = {"global": {"scrape_interval": "1s"}, "scrape_configs": [
        {"job_name": name, "static_configs": [{"targets": targets}], "metric_relabel_configs": jobs[name]["metric_relabel_configs"]}
        for name, targets in (("aragora-telemetry", processors), ("aragora", [instance]))]}
    with tempfile.TemporaryDirectory() as home:
        path = pathlib.Path(home, "prometheus.json")
        path.write_text(json.dumps(config))
        port = free_port()
        process = subprocess.Popen(["prometheus", f"--config.file={path}", f"--storage.tsdb.path={home}/data",
                                    f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"])
        try:
            def results(query):
                url = f"http://127.0.0.1:{port}/api/v1/query?" + urllib.parse.urlencode({"query": query})
                return json.loads(wait(url))["data"]["result"]

            def labels(query):
                return sorted(json.dumps({k: v for k, v in r["metric"].items()
                                          if k in ("__name__", "instance", "job") or k.startswith("__tmp")},
                                         sort_keys=True) for r in results(query))

            deadline = time.monotonic() + 20
            while len(labels("up == 1")) < 3 and time.monotonic() < deadline:
                time.sleep(0.3)
            time.sleep(2)

            def series(name, job, *instances):
                return sorted(json.dumps({"__name__": name, "instance": i, "job": job}, sort_keys=True) for i in instances)

            t = "aragora-telemetry"
            for query, want in [
                ('aragora_requests_total', series("aragora_requests_total", t, t)),
                ('aragora_telemetry_lag_seconds', series("aragora_telemetry_lag_seconds", t, t)),
                ('aragora_consensus_rate', series("aragora_consensus_rate", t, t)),
                ('aragora_consensus_rate_5m', series("aragora_consensus_rate_5m", t, t)),
                ('aragora_telemetry_process_series', series("aragora_telemetry_process_series", t, *processors)),
                ('jvm_threads_current', series("jvm_threads_current", t, *processors)),
                (f'up{{job="{t}"}}', series("up", t, *processors)),
                (f'scrape_duration_seconds{{job="{t}"}}', series("scrape_duration_seconds", t, *processors)),
                ('{job="aragora",__name__=~"aragora_.+"}', series("aragora_requests_other_total", "aragora", instance)),
            ]:
                if labels(query) != want:
                    yield f"{query}: {labels(query)}, expected {want}"

            # The series moves: the first processor stops serving it, the second goes on and counts one more.
            first_page[0] = "aragora_telemetry_process_series 3\n"
            second_page[0] = metrics.replace('"200"} 5', '"200"} 6')
            time.sleep(4)
            moved = 'aragora_requests_total{job="aragora-telemetry"}'
            for query, want in [(moved, ["6"]), (f"max_over_time({moved}[1m]) - min_over_time({moved}[1m])", ["1"]),
                                (f"resets({moved}[1m])", ["0"])]:
                got = [r["value"][1] for r in results(query)]
                if got != want:
                    yield f"after the series moved, {query}: {got}, expected {want}"
        finally:
            process.terminate()
            process.wait()


def check_inhibition():
    """a real Alertmanager: what is held back and what is not"""
    cases = [  # alerts, those that may notify
        (["TelemetryCatchingUp severity=none", "HighErrorRate severity=critical", "HighLatency severity=warning",
          "DebateTimeouts severity=warning", "LowConsensusRate severity=warning", "AvailabilityBurnRateFast severity=critical slo=availability",
          "DebateSuccessBurnRateSlow severity=warning slo=debate_success", "AragoraDown severity=critical",
          "TelemetryDeadLetters severity=warning", "TelemetryLagHigh severity=warning"],
         ["AragoraDown", "TelemetryCatchingUp", "TelemetryDeadLetters", "TelemetryLagHigh"]),
        (["TelemetryRecentlyBehind severity=none", "DebateSuccessBurnRateMedium severity=critical slo=debate_success",
          "AvailabilityBurnRateFast severity=critical slo=availability", "DebateTimeouts severity=warning"],
         ["AvailabilityBurnRateFast", "DebateTimeouts", "TelemetryRecentlyBehind"]),
        (["HighErrorRate severity=critical", "AvailabilityBurnRateFast severity=critical slo=availability",
          "AvailabilityBurnRateMedium severity=critical slo=availability", "AvailabilityBurnRateSlow severity=warning slo=availability",
          "HighLatency severity=warning"], ["HighErrorRate", "HighLatency"]),
        (["DebateSuccessBurnRateFast severity=critical slo=debate_success", "DebateSuccessBurnRateMedium severity=critical slo=debate_success",
          "AvailabilityBurnRateSlow severity=warning slo=availability"], ["AvailabilityBurnRateSlow", "DebateSuccessBurnRateFast"]),
        (["TelemetryNothingComplete severity=critical", "TelemetryLagHigh severity=warning", "AragoraDown severity=critical"],
         ["AragoraDown", "TelemetryNothingComplete"]),
        (["TelemetryExporterDown severity=warning", "TelemetryExporterStuck severity=warning", "TelemetryDeadLetters severity=warning"],
         ["TelemetryDeadLetters", "TelemetryExporterDown"]),
    ]
    config = load(DEPLOY / "alertmanager" / "alertmanager.yml")
    config["templates"] = [str(DEPLOY / "alertmanager" / "aragora.tmpl")]
    for receiver in config["receivers"]:  # nobody is told anything
        for kind in [k for k in receiver if k != "name"]:
            del receiver[kind]
    del config["global"]["slack_api_url_file"]
    for alerts, free in cases:
        with tempfile.TemporaryDirectory() as home:
            path = pathlib.Path(home, "alertmanager.json")
            path.write_text(json.dumps(config))
            url = f"http://127.0.0.1:{free_port()}"
            process = subprocess.Popen(["prometheus-alertmanager", f"--config.file={path}", f"--storage.path={home}/data",
                                        "--cluster.listen-address=", "--log.level=error",
                                        f"--web.listen-address={url.removeprefix('http://')}"])
            try:
                wait(url + "/-/ready")
                body = []
                for alert in alerts:
                    name, *labels = alert.split()
                    body.append({"labels": {"alertname": name, "cluster": "aragora", **dict(p.split("=") for p in labels)}})
                urllib.request.urlopen(urllib.request.Request(
                    url + "/api/v2/alerts", json.dumps(body).encode(), {"Content-Type": "application/json"}))
                seen, end = None, time.monotonic() + 5
                while time.monotonic() < end and seen != free:  # the state is written by the next run of the dispatcher
                    got = json.loads(wait(url + "/api/v2/alerts?inhibited=false&silenced=false"))
                    seen = sorted(a["labels"]["alertname"] for a in got)
                    time.sleep(0.3)
                if seen != free:
                    yield f"of {alerts} these notify: {seen}, expected {free}"
            finally:
                process.terminate()
                process.wait()


if __name__ == "__main__":
    problems = list(globals()["check_" + sys.argv[1].replace("-", "_")]())
    print("\n".join(problems), end="\n" if problems else "")
    sys.exit(1 if problems else 0)
