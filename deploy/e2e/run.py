"""The stack end to end, with real programs (see stack.py). Prints a line for each thing seen; exits 1 with the first that is
not as it must be. Needs the modules built, Debian's prometheus and prometheus-alertmanager, and PyYAML.

  expressions  every expression of every dashboard and rule finds data while the sample load runs
  doctor       bin/telemetry doctor tells what runs from what does not
  alerts       events make the guide's alerts fire; PagerDuty and Slack get them and their end
  backlog      30 minutes of events that nobody has read page nobody

They run side by side on one broker, each with topics, a processor and a Prometheus of its own: most of it is waiting.
"""
import concurrent.futures
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import threading
import time
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from checks import of_prometheus, resolved
from stack import DEPLOY, FASTER, ROOT, Monitoring, Server, Stack, free_port, get, load, until

INSTANCE_PAGE = """# TYPE aragora_requests_total counter
aragora_requests_total{method="GET",endpoint="/api/health",status="200"} %(n)d
aragora_requests_total{method="GET",endpoint="/api/health",status="500"} %(n)d
aragora_request_duration_seconds_bucket{method="GET",endpoint="/api/health",le="0.01"} %(n)d
aragora_request_duration_seconds_bucket{method="GET",endpoint="/api/health",le="+Inf"} %(n)d
aragora_request_duration_seconds_sum{method="GET",endpoint="/api/health"} %(n)d
aragora_request_duration_seconds_count{method="GET",endpoint="/api/health"} %(n)d
aragora_requests_created{method="GET",endpoint="/api/health",status="200"} 1.7e9
aragora_active_debates 42
aragora_websocket_connections 1567
aragora_agent_calls_total{agent="claude",status="error"} %(n)d
aragora_debate_duration_seconds_count %(n)d
aragora_debate_timeouts_total %(n)d
aragora_debates_completed_total %(n)d
aragora_consensus_reached_total %(n)d
aragora_elo_updates_total %(n)d
python_gc_collections_total{generation="0"} %(n)d
"""
SERIES_LIMIT = 40
EXPORTERS = {
    "aragora-span-exporter": ("org.aragora.telemetry.exporter.spans.SpansMain", "OTEL_EXPORTER_OTLP_ENDPOINT"),
    "aragora-log-exporter": ("org.aragora.telemetry.exporter.logs.LogsMain", "LOKI_URL"),
}


def say(text):
    print(text, flush=True)


def event(kind, data, **more):
    return json.dumps({"type": f"ai.aragora.{kind}.v1", "data": data, **more})


def request(n, status, endpoint="/api/debates"):
    return event("request.completed", {"request_id": f"r-{n}-{random.random()}", "method": "GET", "endpoint": endpoint,
                                       "status": status, "duration_seconds": 0.05})


def debate(n, outcome):
    data = {"debate_id": f"d-{n}-{random.random()}", "agents": ["claude", "gpt"]}
    return [event("debate.started", data),
            event("debate.completed", {"debate_id": data["debate_id"], "outcome": outcome, "duration_seconds": 20, "rounds": 3})]


class Traffic:
    """events through the producer library, ten times a second; what they say can be changed"""

    def __init__(self, stack, env, lines):
        self.lines = lines
        self.child = stack.emit(env)
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        n = 0
        while not self.ended.wait(0.1):
            n += 1
            self.child.stdin.write("".join(line + "\n" for line in self.lines(n)).encode())
            self.child.stdin.flush()

    def stop(self):
        self.ended.set()
        self.thread.join()
        self.child.stdin.close()
        self.child.wait(30)


def bad(n):
    return [request(n, 500 if n % 2 else 200), *debate(n, "timeout" if n % 2 else "no_consensus")]


def good(n):
    return [request(n, 200), *[line for i in range(6) for line in debate(f"{n}-{i}", "consensus")]]


class Pipeline:
    """topics under a prefix of their own, and what is started to count and to watch them"""

    def __init__(self, stack, servers, name):
        self.stack, self.name, self.prefix = stack, name, name + "."
        self.env = {"KAFKA_BOOTSTRAP_SERVERS": servers, "ARAGORA_TELEMETRY_TOPIC_PREFIX": self.prefix}
        create = [str(a) for a in stack.java("chassis", "org.aragora.telemetry.chassis.topics.TopicsMain", "create", "--partitions", "4")]
        subprocess.run(create, env={**os.environ, **self.env}, check=True, capture_output=True, timeout=90)

    def start(self, birth_seconds):
        """Prometheus, and then the processor, so that no series is born unseen; gives the monitoring"""
        port = free_port()
        page = Server(lambda path, body: (200, "up_to_date 1\n"))
        monitoring = Monitoring(self.stack, self.name, {
            "aragora-telemetry": [f"127.0.0.1:{port}"], "aragora-span-exporter": [page.address], "aragora-log-exporter": [page.address]})
        self.stack.start(f"{self.name}-processor", self.stack.java("stream-processor", "org.aragora.telemetry.processor.ProcessorMain"), {
            **self.env, "METRICS_PORT": str(port), "ARAGORA_TELEMETRY_APPLICATION_ID": self.name,
            "ARAGORA_TELEMETRY_BIRTH_SECONDS": str(birth_seconds), "ARAGORA_TELEMETRY_COMMIT_INTERVAL_MS": "100",
            "ARAGORA_TELEMETRY_PARTITIONS": "4"})
        get(f"http://127.0.0.1:{port}/health/ready", 90)
        return monitoring


# ---- expressions -------------------------------------------------------------------------------------------------------

def label_is_set(selector, label):
    name, _, matchers = selector.removesuffix("}").partition("{")
    return f'last_over_time({name}{{{matchers + ", " if matchers else ""}{label}!=""}}[1m])'


def expressions():
    """(where, expression, whether empty is all right while all is well)"""
    for path in sorted((DEPLOY / "grafana" / "dashboards").glob("*.json")):
        model = json.loads(path.read_text(encoding="utf-8"))
        for note in model["annotations"]["list"]:
            yield f"{path.stem}, annotation {note['name']}", note["expr"], True
        for variable in model["templating"]["list"]:
            asked = re.fullmatch(r"label_values\((.+), (\w+)\)", variable["query"])
            if asked and asked[2] not in ("cluster", "namespace"):  # not in every Prometheus
                yield f"{path.stem}, variable {variable['name']}", f'count by ({asked[2]}) ({label_is_set(asked[1], asked[2])})', False
        for panel in model["panels"]:
            for expression in map(resolved, of_prometheus(panel)):
                # A panel that shows trouble alone has data as soon as its filter is left out.
                yield f"{path.stem}, {panel['title']}", re.sub(r"\) > 0$", ")", expression), False
    for path in sorted((DEPLOY / "prometheus" / "rules").glob("*.yml")):
        for group in load(path)["groups"]:
            for rule in group["rules"]:
                yield f"{path.name}, {rule.get('alert') or rule['record']}", rule["expr"], "alert" in rule


def selectors(expression):
    """the vector selectors of an expression: a name with its matchers"""
    plain = re.sub(r"\b(by|on|without|ignoring)\s*\([^)]*\)", " ", expression)
    for name, matchers in re.findall(r"\b([a-z_:][a-zA-Z0-9_:]*|ALERTS)\s*(\{[^}]*\})?(?!\s*\(|[a-zA-Z0-9_:{(])", plain):
        if re.match(r"aragora|jvm_|process_|up$|ALERTS$", name):
            yield name + matchers


def check_expressions(monitoring):
    """what does not find data, how many expressions do, how many need not"""
    missing, found, empty = [], 0, 0

    def finds(expression):
        return any(r["value"][1] != "NaN" for r in monitoring.query(expression))

    for where, expression, may_be_empty in expressions():
        missing += [f"{where}: {selector} selects nothing" for selector in selectors(expression)
                    if not finds(f"count(last_over_time({selector}[10m]))")]
        if finds(expression):
            found += 1
        elif may_be_empty:
            empty += 1
        else:
            missing.append(f"{where}: no data for {expression}")
    return missing, found, empty


def not_counted_twice(monitoring):
    """the instances' own copies are scraped and dropped; over a minute, because one scrape may miss its 375 ms"""
    for job in ("aragora", "aragora-workers"):
        assert monitoring.query(f'last_over_time(python_gc_collections_total{{job="{job}"}}[1m])'), f"{job} is not scraped"
        left = monitoring.query(f'last_over_time({{job="{job}",__name__=~"aragora_.+"}}[1m])')
        assert not left, f"{job} brings {left}"
        dropped = monitoring.value(f'max_over_time(scrape_samples_scraped{{job="{job}"}}[1m])'
                                   f' - max_over_time(scrape_samples_post_metric_relabeling{{job="{job}"}}[1m])')
        assert dropped == INSTANCE_PAGE.count("\naragora_"), f"{job}: {dropped} samples dropped"
    for query in ("aragora_requests_total", "aragora_debates_completed_total", "aragora_request_duration_seconds_bucket"):
        jobs = {r["metric"]["job"] for r in monitoring.query(f"last_over_time({query}[1m])")}
        assert jobs == {"aragora-telemetry"}, f"{query} comes from {jobs}"


def expressions_and_doctor(stack, servers, metrics):
    get(f"http://{metrics}/health/ready", 90)
    page = Server(lambda path, body: (200, INSTANCE_PAGE % {"n": time.time() * 100}))
    backend = Server(lambda path, body: (400, "this one is refused") if b"poison" in body else (204 if "loki" in path else 200, ""))
    plain = Server(lambda path, body: (200, "up_to_date 1\n"))
    targets = {"aragora-telemetry": [metrics], "aragora": [page.address], "aragora-workers": [page.address],
               **{job: [plain.address] for job in ("loki", "jaeger", "alloy", "grafana")}}
    exporters = []
    for job, (main, variable) in EXPORTERS.items():
        port = free_port()
        targets[job] = [f"127.0.0.1:{port}"]
        exporters.append(stack.start(job, stack.java("exporters", main), {
            "KAFKA_BOOTSTRAP_SERVERS": servers, variable: f"http://{backend.address}", "METRICS_PORT": str(port),
            # Groups of their own: the quickstart's exporters must not take half of the partitions.
            "ARAGORA_TELEMETRY_SPANS_GROUP_ID": "e2e-spans", "ARAGORA_TELEMETRY_LOGS_GROUP_ID": "e2e-logs"}))
    monitoring = Monitoring(stack, "stack", targets)
    events = stack.start("load", ["bash", "-c", 'exec bash deploy/load/events | "$@"', "bash", *map(str, stack.java(
        "producer-lib", "org.aragora.telemetry.producer.EmitMain"))], {"KAFKA_BOOTSTRAP_SERVERS": servers, "LOAD_RATE": "100"})
    odd = stack.emit({"KAFKA_BOOTSTRAP_SERVERS": servers})
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    heartbeat = {"instance_id": "emit", "websocket_connections": 3, "interval_seconds": 30,
                 "emitted": {"aragora.logs": 1}, "dropped": {"aragora.logs": 2}}
    lines = [*[request(i, 500) for i in range(20)], *debate(1, "error"), *debate(2, "timeout"),
             event("log.emitted", {"level": "ERROR", "logger": "e2e", "message": "poison"}),
             event("agent.call_completed", {"call_id": "c-1", "agent": "claude", "status": "error", "duration_seconds": 1}),
             event("request.completed", json.loads(request(99, 200))["data"], time="2026-01-01T00:00:00Z"),
             event("request.completed", json.loads(request(98, 200))["data"],
                   time=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 600)))]
    numbered = {"specversion": "1.0", "id": "n-1", "source": "/aragora/instances/e2e", "epoch": "e" * 20, "seq": 3, "time": now}
    # More endpoints than the limit on series: what comes too late is folded.
    lines += [request(i, 200, f"/api/zz{chr(103 + i // 20)}{chr(103 + i % 20)}") for i in range(SERIES_LIMIT * 8)]
    whole = [json.dumps({**numbered, "type": "ai.aragora.log.emitted.v1", "data": {"level": "INFO", "logger": "e2e", "message": "m"}}),
             json.dumps({**numbered, "id": "n-2", "seq": 1, "type": "ai.aragora.instance.heartbeat.v1", "data": heartbeat})]
    for _ in range(2):  # twice, so that series that were born with these grow
        odd.stdin.write("".join(line + "\n" for line in lines + whole).encode())
        odd.stdin.flush()
        time.sleep(3)
    odd.stdin.close()
    garbage = "".join(f"aragora.requests\t{int(time.time() * 1000)}\tk\tno event {i}\n" for i in range(3))
    backlog(servers, ["aragora.requests"], garbage)

    end = time.monotonic() + 60
    missing, found, empty = check_expressions(monitoring)
    while missing and time.monotonic() < end:
        time.sleep(2)
        missing, found, empty = check_expressions(monitoring)
    assert not missing, "\n".join(missing)
    say(f"expressions: {found} give data, {empty} are alerts that do not fire and whose selectors all find something")
    not_counted_twice(monitoring)
    say("expressions: what the instances expose themselves is scraped and dropped")
    doctor(monitoring, servers, metrics)
    stack.stop(events)
    for exporter in exporters:
        stack.stop(exporter)
    nobody_got_the_others(monitoring, "AragoraTestAlert")


# ---- doctor ------------------------------------------------------------------------------------------------------------

DOCTOR_EXPECTS = {
    "/metrics endpoint returns Prometheus format": "pass",
    "Key business metrics are exposed": "pass",
    "Prometheus scraping successfully": "pass",
    "Grafana dashboards load correctly": "fail",
    "Logs in JSON format": "pass",
    "Trace IDs propagated": "pass",
    "Log levels appropriate": "pass",
    "Loki ingesting logs": "fail",
    "Spans created for key operations": "fail",
    "Trace IDs in logs match Jaeger": "cannot_tell",
    "Sampling rate configured": "pass",
    "Service map visible in Jaeger": "fail",
    "Alert rules loaded in Prometheus": "pass",
    "Test alerts fire correctly": "pass",
    "PagerDuty integration working": "pass",
    "Slack notifications arriving": "pass",
}


def doctor(monitoring, servers, metrics):
    nobody = f"http://127.0.0.1:{free_port()}"
    env = {**os.environ, "METRICS_URL": f"http://{metrics}/metrics", "PROMETHEUS_URL": monitoring.prometheus,
           "ALERTMANAGER_URL": monitoring.alertmanager, "KAFKA_BOOTSTRAP_SERVERS": servers,
           "GRAFANA_URL": nobody, "LOKI_URL": nobody, "JAEGER_URL": nobody}
    command = [str(a) for a in Stack.java("doctor", "org.aragora.telemetry.doctor.DoctorMain", "--json", "--send-test-alert")]
    for _ in range(3):  # scrapes have 375 ms here; the doctor is right to name a target that missed the last one
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=env)
        assert done.returncode == 1, f"exit code {done.returncode}: {done.stdout} {done.stderr}"
        checks = json.loads(done.stdout)["checks"]
        if not any("deadline exceeded" in c["seen"] for c in checks):
            break
    wrong = [c for c in checks if c["verdict"] != DOCTOR_EXPECTS[c["line"]]]
    assert len(checks) == len(DOCTOR_EXPECTS) and not wrong, json.dumps(wrong, indent=1)
    for check in checks:
        if "not answer" not in check["seen"] and check["verdict"] != "pass":
            raise AssertionError(f"{check['line']} does not say who does not answer: {check['seen']}")
    assert monitoring.outside.pages("trigger", "AragoraTestAlert") and monitoring.outside.posts("FIRING", "AragoraTestAlert")
    say("doctor: 11 lines pass, 5 say that Grafana, Loki or Jaeger does not answer; its test alerts arrived")


# ---- alerts ------------------------------------------------------------------------------------------------------------

def nobody_got_the_others(monitoring, *more):
    """who is paged gets critical alerts only, the channel gets warnings only; more: alerts that Prometheus does not have"""
    names = lambda severity: {r["metric"]["alertname"] for r in monitoring.query(
        f'count by (alertname) (count_over_time(ALERTS{{severity="{severity}"}}[1h]))')} | set(more)
    for paged in monitoring.outside.pages("trigger"):
        assert any(n in paged["payload"]["summary"] for n in names("critical")), f"paged: {paged}"
    for post in monitoring.outside.slack.json():
        assert any(n in post["attachments"][0]["title"] for n in names("warning")), f"posted: {post}"


def alerts(stack, servers):
    pipeline = Pipeline(stack, servers, "alerts")
    monitoring = pipeline.start(birth_seconds=0)
    outside = monitoring.outside
    traffic = Traffic(stack, pipeline.env, bad)
    begun = time.monotonic()

    def told():
        return (f"pages {[e['payload']['summary'] for e in outside.pages('trigger')]}, posts "
                f"{[p['attachments'][0]['title'] for p in outside.slack.json()]}, firing {monitoring.has_fired('')}")

    page = until(told, lambda: outside.pages("trigger", "HighErrorRate"), 90)[0]
    assert page["routing_key"] == outside.KEY and page["payload"]["severity"] == "critical", page
    base = (DEPLOY / "base-url").read_text(encoding="utf-8").strip()
    for address in ("/d/aragora-runbook?viewPanel=", "/d/aragora-overview"):
        assert base + address in json.dumps(page), page
    posts = [until(told, lambda name=name: outside.posts("FIRING", name), 120)[0] for name in ("DebateTimeouts", "LowConsensusRate")]
    assert {p["channel"] for p in posts} == {"#aragora-warnings"}, posts
    say(f"alerts: HighErrorRate paged, DebateTimeouts and LowConsensusRate went to Slack, {time.monotonic() - begun:.0f} s after the first event")

    traffic.lines = good
    ended = until(told, lambda: outside.pages("resolve"), 90)
    until(told, lambda: [e for e in outside.pagerduty.json() if e["event_action"] == "resolve" and e["dedup_key"] == page["dedup_key"]], 60)
    for name in ("DebateTimeouts", "LowConsensusRate"):
        until(told, lambda name=name: outside.posts("RESOLVED", name), 90)
    traffic.stop()
    assert ended
    nobody_got_the_others(monitoring)
    say(f"alerts: all three ended in PagerDuty and Slack, {time.monotonic() - begun:.0f} s after the first event; no alert went to the other")


# ---- backlog -----------------------------------------------------------------------------------------------------------

def backlog(servers, topics, lines):
    command = Stack.java("schemas", str(pathlib.Path(__file__).with_name("Backlog.java")), servers, *topics)
    done = subprocess.run([str(a) for a in command], input=lines, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def half_an_hour(prefix):
    """records of the last 30 minutes: 10 % of the requests fail, 2 in 3 debates time out"""
    now = time.time()
    for n in range(30 * 60 * 5):
        at = now - 30 * 60 + n / 5
        lines = [request(n, 503 if n % 10 == 0 else 200)]
        if n % 10 == 0:
            lines += debate(n, "consensus" if n % 30 == 0 else "timeout")
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at)) + f".{int(at % 1 * 1000):03}Z"
        for i, line in enumerate(lines):
            read = json.loads(line)
            value = {"specversion": "1.0", "id": f"b-{n}-{i}", "source": "/aragora/instances/b", "time": stamp, **read}
            topic = "requests" if "request" in read["type"] else "debates"
            yield f"{prefix}{topic}\t{int(at * 1000)}\t{read['data'].get('debate_id', f'r-{n}')}\t{json.dumps(value)}\n"


def critical(monitoring):
    """critical alerts that have fired; that nobody serves is a page of its own, about the outage and not about the backlog"""
    return monitoring.has_fired('severity="critical"') - {"TelemetryNothingComplete"}


def backlog_pages_nobody(stack, servers):
    pipeline = Pipeline(stack, servers, "outage")
    topics = [pipeline.prefix + "requests", pipeline.prefix + "debates"]
    # Series are served as 0 for 8 seconds, longer than a scrape interval (so that Prometheus sees them jump) and well within
    # the time that pages are held.
    monitoring, written = None, 0
    counted = 'sum(aragora_telemetry_events_total{outcome="counted"})'
    # An alert needs a scrape before the jump within its shortest window, which is 7.5 s here. A scrape has 375 ms; on a busy
    # machine all of them can fail for as long. Then the backlog comes once more.
    for _ in range(3):
        written += backlog(servers, topics, "".join(half_an_hour(pipeline.prefix)))
        monitoring = monitoring or pipeline.start(birth_seconds=8)
        until(lambda: f"{written} events counted, but {monitoring.value(counted)}", lambda: monitoring.value(counted) == written, 60)
        end = time.monotonic() + 20
        while time.monotonic() < end and not critical(monitoring):
            time.sleep(0.3)
        if critical(monitoring):
            break
    # 45 minutes: the 30-minute window of the medium burn rates and their 15 minutes; and a few more.
    time.sleep(50 * 60 / FASTER)
    held = critical(monitoring)
    assert held, "the backlog made no critical alert fire, so that nothing was held back"
    assert {"TelemetryCatchingUp", "TelemetryRecentlyBehind"} <= monitoring.has_fired('severity="none"')
    paged = [e["payload"]["summary"] for e in monitoring.outside.pages("trigger") if "TelemetryNothingComplete" not in e["payload"]["summary"]]
    assert not paged, f"somebody was paged: {paged}"
    say(f"backlog: {written} events of half an hour were counted; firing and held back: {', '.join(sorted(held))}; nobody was paged")


def alone(part, stack, *arguments):
    """a part whose processes end with it: they would take the time of the next"""
    before = len(stack.children)
    try:
        part(stack, *arguments)
    finally:
        for child, _ in reversed(stack.children[before:]):
            stack.stop(child)


def main():
    begun = time.monotonic()
    # One after the other: their processes together take two cores for minutes, and time limits pass.
    with Stack() as stack, concurrent.futures.ThreadPoolExecutor(max_workers=1) as pool:
        servers, metrics = stack.quickstart({"ARAGORA_TELEMETRY_SERIES_LIMIT": str(SERIES_LIMIT)})
        parts = [pool.submit(alone, backlog_pages_nobody, stack, servers), pool.submit(alone, alerts, stack, servers),
                 pool.submit(alone, expressions_and_doctor, stack, servers, metrics)]
        wrong = [e for e in [part.exception() for part in parts] if e]
        for error in wrong:
            traceback.print_exception(error, limit=-3)
        assert not wrong, " and ".join(map(str, wrong))
    say(f"end to end: {time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    try:
        main()
    except AssertionError:
        sys.exit(1)  # said already
