"""What the end-to-end tests run: our programs, Debian's Prometheus and Alertmanager with the shipped configuration, and
HTTP servers that stand in for what is outside (PagerDuty, Slack, Jaeger's OTLP port, Loki's push port, an instance).

Time runs FASTER times as fast: every duration of the shipped rules and configurations (ranges, for, intervals, waits) is
divided by it and nothing else is changed but addresses and the place of secrets. Thresholds stay.
"""
import concurrent.futures
import gzip
import http.server
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.parse
import urllib.request

import yaml

DEPLOY = pathlib.Path(__file__).resolve().parent.parent
ROOT = DEPLOY.parent
FASTER = 40
UNITS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


def load(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def listens(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


def faster(text):
    """every duration in a text, divided"""
    return re.sub(r"\b(\d+)(ms|s|m|h|d)\b", lambda m: f"{int(m[1]) * UNITS[m[2]] // FASTER}ms", text)


def faster_model(node, keys):
    """a configuration with the durations under these keys divided"""
    if isinstance(node, dict):
        return {k: faster(v) if k in keys and isinstance(v, str) else faster_model(v, keys) for k, v in node.items()}
    return [faster_model(v, keys) for v in node] if isinstance(node, list) else node


def faster_rules(model):
    model = faster_model(model, {"for", "interval"})
    for group in model["groups"]:
        for rule in group["rules"]:
            rule["expr"] = re.sub(r"\[[^\]]+\]", lambda m: faster(m[0]), rule["expr"])
    return model


def get(url, seconds=20):
    """the body of a URL, asked again until it answers with 200"""
    end = time.monotonic() + seconds
    while True:
        try:
            return urllib.request.urlopen(url, timeout=5).read().decode()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


def until(what, condition, seconds, look=0.3):
    """waits for a condition and gives its value; what: for the complaint"""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what() if callable(what) else what}")
        time.sleep(look)


class Server:
    """an HTTP server that keeps what it is sent; answer(path, body) gives status and text"""

    def __init__(self, answer=lambda path, body: (200, "")):
        self.requests = requests = []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                self.do_POST()

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                if self.command == "POST":
                    requests.append((self.path, body))
                status, text = answer(self.path, body)
                self.send_response(status)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.send_header("Content-Length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = f"127.0.0.1:{self.server.server_port}"

    def json(self):
        return [json.loads(body) for _, body in list(self.requests)]


class Stack:
    """child processes and their logs; a context that ends them all"""

    def __init__(self):
        self.directory = tempfile.TemporaryDirectory(prefix="aragora-e2e-")
        self.home = pathlib.Path(self.directory.name)
        self.children = []

    def __enter__(self):
        signal.signal(signal.SIGTERM, lambda *_: (self.end(), os._exit(143)))  # no child outlives the run
        return self

    def __exit__(self, kind, reason, _):
        if kind:
            print(f"{kind.__name__}: {reason}")  # before the logs, which are long
            for _, log in self.children:
                print(f"--- {log.name}\n" + "".join(log.read_text(errors="replace").splitlines(True)[-15:]))
        self.end()

    def end(self):
        children = [child for child, _ in self.children]
        # The first is the broker: without it the others would wait for its answer until they are killed.
        with concurrent.futures.ThreadPoolExecutor(len(children) or 1) as pool:
            list(pool.map(self.stop, children[1:]))
        list(map(self.stop, children[:1]))
        self.directory.cleanup()

    def start(self, name, command, env=None, **how):
        log = self.home / f"{name}.log"
        # A group of its own: a shell at its head takes its children along.
        child = subprocess.Popen([str(c) for c in command], env={**os.environ, **(env or {})}, cwd=ROOT,
                                 stdout=log.open("w"), stderr=subprocess.STDOUT, start_new_session=True, **how)
        self.children.append((child, log))
        return child

    @staticmethod
    def stop(child, wait=15):
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGTERM)
            try:
                child.wait(wait)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()

    @staticmethod
    def java(module, main, *arguments, options=("-Xmx256m",)):
        jars = [j for j in (ROOT / module / "target").glob("aragora-telemetry-*.jar") if not re.search("sources|javadoc|tests", j.name)]
        if not jars:
            raise AssertionError(f"{module} is not built: mvn package")
        return ["java", *options, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
                f"-Daragora.telemetry.broker.lib={ROOT}/testbed/target/broker-lib",
                "-cp", f"{jars[0]}:{ROOT}/{module}/target/lib/*", main, *arguments]

    def quickstart(self, env):
        """broker, topics and processor; gives bootstrap servers and the address of /metrics once the broker is there"""
        kafka, metrics = free_port(), free_port()
        self.start("quickstart", self.java("quickstart", "org.aragora.telemetry.quickstart.QuickstartMain", "--no-load",
                                           "--kafka-port", kafka, "--metrics-port", metrics),
                   {"ARAGORA_TELEMETRY_COMMIT_INTERVAL_MS": "100", **env})
        until("the broker listens", lambda: listens(kafka), 90)
        return f"localhost:{kafka}", f"127.0.0.1:{metrics}"

    def emit(self, env, stdin=subprocess.PIPE):
        return self.start(f"emit-{len(self.children)}", self.java("producer-lib", "org.aragora.telemetry.producer.EmitMain"),
                          env, stdin=stdin)


class Outside:
    """PagerDuty's events API v2 and Slack's webhook"""
    KEY = "the-service-key"

    def __init__(self, home):
        self.pagerduty = Server(lambda path, body: (202, '{"status":"success","message":"Event processed"}'))
        self.slack = Server(lambda path, body: (200, "ok"))
        self.secrets = {"pagerduty_service_key": self.KEY, "slack_webhook_url": f"http://{self.slack.address}/services/T/B/X"}
        home.mkdir()
        for name, secret in self.secrets.items():
            (home / name).write_text(secret)
        self.home = home

    def pages(self, action, alert=""):
        return [e for e in self.pagerduty.json() if e["event_action"] == action and alert in e["payload"]["summary"]]

    def posts(self, status, alert=""):
        return [p for p in self.slack.json() if p["attachments"][0]["title"].startswith(f"[{status}")
                and alert in p["attachments"][0]["title"]]


class Monitoring:
    """Prometheus and Alertmanager with the shipped configuration"""

    def __init__(self, stack, name, targets):
        """targets: job to addresses; jobs that are not named are left out"""
        home = stack.home / name
        home.mkdir()
        self.outside = Outside(home / "secrets")
        ports = free_port(), free_port()
        self.prometheus, self.alertmanager = (f"http://127.0.0.1:{p}" for p in ports)
        targets = {**targets, "prometheus": [f"127.0.0.1:{ports[0]}"], "alertmanager": [f"127.0.0.1:{ports[1]}"]}
        (home / "alertmanager.yml").write_text(self.alertmanager_config())
        stack.start(f"{name}-alertmanager", [
            "prometheus-alertmanager", f"--config.file={home}/alertmanager.yml", f"--storage.path={home}/alertmanager",
            "--cluster.listen-address=", f"--web.listen-address=127.0.0.1:{ports[1]}"])
        (home / "rules").mkdir()
        for path in (DEPLOY / "prometheus" / "rules").glob("*.yml"):
            (home / "rules" / path.name).write_text(yaml.safe_dump(faster_rules(load(path))))
        (home / "prometheus.yml").write_text(self.prometheus_config(targets, f"127.0.0.1:{ports[1]}"))
        stack.start(f"{name}-prometheus", [
            "prometheus", f"--config.file={home}/prometheus.yml", f"--storage.tsdb.path={home}/data",
            f"--web.listen-address=127.0.0.1:{ports[0]}", f"--rules.alert.resend-delay={faster('1m')}"])
        get(self.prometheus + "/-/ready")
        get(self.alertmanager + "/-/ready")

    def alertmanager_config(self):
        config = faster_model(load(DEPLOY / "alertmanager" / "alertmanager.yml"),
                              {"resolve_timeout", "group_wait", "group_interval", "repeat_interval"})
        config["templates"] = [str(DEPLOY / "alertmanager" / "aragora.tmpl")]
        config["global"]["pagerduty_url"] = f"http://{self.outside.pagerduty.address}/v2/enqueue"
        return yaml.safe_dump(config).replace("/run/secrets", str(self.outside.home))

    @staticmethod
    def prometheus_config(targets, alertmanager):
        config = faster_model(load(DEPLOY / "prometheus" / "prometheus.yml"), {"scrape_interval", "evaluation_interval"})
        config["alerting"]["alertmanagers"][0]["static_configs"][0]["targets"] = [alertmanager]
        jobs = config["scrape_configs"] + load(DEPLOY / "kubernetes" / "prometheus-scrape.yml")
        config["scrape_configs"] = []
        for job in jobs:
            addresses = targets.get(job["job_name"])
            if addresses and job["job_name"] not in [j["job_name"] for j in config["scrape_configs"]]:
                for discovery in ("dns_sd_configs", "kubernetes_sd_configs", "relabel_configs", "static_configs"):
                    job.pop(discovery, None)
                config["scrape_configs"].append({**job, "static_configs": [{"targets": addresses}]})
        missing = set(targets) - {j["job_name"] for j in config["scrape_configs"]}
        assert not missing, f"no such jobs: {missing}"
        return yaml.safe_dump(config)

    def query(self, expression, at=None):
        url = f"{self.prometheus}/api/v1/query?" + urllib.parse.urlencode(
            {"query": expression, **({"time": at} if at else {})})
        return json.loads(get(url))["data"]["result"]

    def value(self, expression):
        result = self.query(expression)
        return float(result[0]["value"][1]) if result else None

    def has_fired(self, selector):
        """names of the alerts that were firing at any time"""
        return {r["metric"]["alertname"] for r in self.query(f'count by (alertname) (count_over_time(ALERTS{{alertstate="firing",{selector}}}[1h]))')}
