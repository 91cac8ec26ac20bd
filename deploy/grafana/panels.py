"""What the boards are made of: panels, variables, links. deploy/grafana/generate assembles them."""
import json
import pathlib
import re
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROMETHEUS = {"type": "prometheus", "uid": "${datasource}"}
LOKI = {"type": "loki", "uid": "${loki}"}
JAEGER = {"type": "jaeger", "uid": "${jaeger}"}
SERVICES = 'job=~"aragora-(telemetry|span-exporter|log-exporter)"'
EVERY = '[$__rate_interval]'

# Label of a series, by the variable that selects its values.
LABELS = {"endpoint": "endpoint", "agent": "agent", "instance": "instance_id", "topic": "topic", "exporter": "exporter",
          "process": "instance"}
ASKED_FOR = {
    "cluster": 'label_values(up{job=~"aragora.*"}, cluster)',
    "namespace": 'label_values(up{job=~"aragora.*"}, namespace)',
    "endpoint": "label_values(aragora_requests_total, endpoint)",
    "agent": "label_values(aragora_agent_calls_total, agent)",
    "instance": "label_values(aragora_instance_up, instance_id)",
    "topic": "label_values(aragora_telemetry_events_total, topic)",
    "exporter": "label_values(aragora_telemetry_exporter_in_flight_records, exporter)",
    "process": f"label_values(jvm_memory_used_bytes{{{SERVICES}}}, instance)",
}
SOURCES = {"datasource": "prometheus", "loki": "loki", "jaeger": "jaeger"}


# ---- expressions -------------------------------------------------------------------------------------------------------

def labels_of_metrics():
    """The labels of each metric of the catalog, from the page that a test compares with /metrics."""
    page = ROOT / "stream-processor/src/test/resources/org/aragora/telemetry/processor/catalog-metrics.txt"
    found = {}
    for name, labels in re.findall(r"(?m)^(\w+)(?:\{(.*)\})? \S+$", page.read_text(encoding="utf-8")):
        found.setdefault(name, set()).update(re.findall(r'(\w+)="', labels))
    return found


CATALOG = labels_of_metrics()


def labels_of(metric):
    if metric.startswith(("jvm_", "process_", "aragora_telemetry_process_")):
        return {"instance"}
    if metric.startswith("aragora_telemetry_exporter_"):
        without = re.search(r"_(in_flight_records|retries_total|dead_lettered_records_total|items_total|duration_seconds\w*)$", metric)
        return {"exporter"} if without else {"exporter", "topic"}
    return CATALOG.get(metric, set())


def scoped(expr, variables):
    """Every selector of the expression, limited to the values that the board's variables have."""
    def matchers(found):
        name, own = found[1], found[3]
        parts = [own] if own else []
        if name.startswith(("jvm_", "process_")):
            parts.append(SERVICES)
        parts += [f'{label}=~"${variable}"' for variable, label in LABELS.items()
                  if variable in variables and label in labels_of(name)]
        parts += [f'{label}=~"${label}"' for label in ("cluster", "namespace") if label in variables]
        return f"{name}{{{', '.join(parts)}}}" if parts else name
    return re.sub(r"\b((?:aragora|jvm|process)_[a-z0-9_]+)\b(?!\s*\()(\{([^}]*)\})?", matchers, expr)


def gauge(name):
    """The gauge's last value within a minute: a series is absent for a scrape or two when another process takes it over."""
    return f"last_over_time({name}[1m])"


def zero(expr):
    """Zero, not "No data" (nor NaN, of which no comparison is true), while a processor serves; nothing if none does."""
    return f"(({expr}) >= 0) or sum({gauge('aragora_telemetry_lag_records')}) * 0"


def rate(metric):
    return f"rate({metric}{EVERY})"


def ratio(bad, good, by=""):
    """Percentage; 0 where there are requests and none is bad, absent where there are none."""
    by = f" by ({by})" if by else ""
    none = f"sum{by} ({rate(good)}) * 0"
    return f"(sum{by} ({rate(bad)}) or {none}) / (sum{by} ({rate(good)}) > 0) * 100"


def quantile(q, metric, by=""):
    by = f"{by}, le" if by else "le"
    return f"histogram_quantile({q}, sum by ({by}) ({rate(metric + '_bucket')}))"


# ---- links -------------------------------------------------------------------------------------------------------------

def link(title, url):
    """A link of a value or of a panel. Grafana's schema wants the fields of a board's links too."""
    return {"title": title, "url": url, "targetBlank": False, "type": "link", "icon": "external link", "tooltip": "", "tags": [],
            "asDropdown": False, "includeVars": False, "keepTime": False}


def explore(source, **query):
    """Address of Grafana's Explore with a question to a data source, over the time that the board shows."""
    panes = {"a": {"datasource": source["uid"], "queries": [{"refId": "A", "datasource": source, **query}],
                   "range": {"from": "${__from}", "to": "${__to}"}}}
    text = urllib.parse.quote(json.dumps(panes, separators=(",", ":")), safe="${}:_.,")
    return f"/explore?schemaVersion=1&orgId=1&panes={text}"


def traces(title="Traces in Jaeger", tags="", service="aragora"):
    return link(title, explore(JAEGER, queryType="search", service=service, **({"tags": tags} if tags else {}), limit=20))


def lines(title="Lines in Loki", query='{app="aragora"}'):
    return link(title, explore(LOKI, expr=query, queryType="range"))


# ---- panels ------------------------------------------------------------------------------------------------------------

NO_DATA = {"type": "special", "options": {"match": "null+nan", "result": {"text": "No data", "color": "red"}}}
LAST = {"calcs": ["lastNotNull"], "fields": "", "values": False}
OPTIONS = {
    "stat": {"reduceOptions": LAST, "graphMode": "area", "colorMode": "value", "textMode": "auto",
             "justifyMode": "auto", "orientation": "auto", "wideLayout": True, "showPercentChange": False,
             "percentChangeColorMode": "standard"},
    "timeseries": {"legend": {"displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": []},
                   "tooltip": {"mode": "multi", "sort": "desc"}},
    "bargauge": {"reduceOptions": LAST, "orientation": "horizontal", "displayMode": "basic", "valueMode": "color",
                 "namePlacement": "auto", "showUnfilled": True, "sizing": "auto", "minVizWidth": 8, "minVizHeight": 16,
                 "maxVizHeight": 300, "legend": {"showLegend": False, "displayMode": "list", "placement": "bottom", "calcs": []}},
    "table": {"showHeader": True, "frameIndex": 0, "cellHeight": "sm"},
    "heatmap": {"calculate": False, "cellGap": 1, "color": {"mode": "scheme", "scheme": "Oranges", "steps": 64, "exponent": 0.5,
                                                                   "reverse": False, "fill": "dark-orange"},
                "yAxis": {"axisPlacement": "left", "unit": "s"}, "legend": {"show": True},
                "tooltip": {"mode": "single", "yHistogram": False}, "showValue": "never",
                "exemplars": {"color": "rgba(255,0,255,0.7)"}},
}


def place(x, y, w, h):
    return {"x": x, "y": y, "w": w, "h": h}


def panel(kind, title, targets, x, y, w, h, unit="short", description="", thresholds=(), base="green", links=(), runbook=(),
          mappings=(), exemplar=False, **defaults):
    """thresholds: (value, colour), of which a graph draws the lines; runbook: names of alerts."""
    targets = [(targets, "")] if isinstance(targets, str) else targets
    steps = [{"color": base, "value": None}] + [{"color": c, "value": v} for v, c in thresholds]
    field = {"unit": unit, "min": 0, "thresholds": {"mode": "absolute", "steps": steps}, **defaults}
    field = {key: value for key, value in field.items() if value is not None}
    if kind == "stat":  # without this, Grafana shows "No data" in the colour of the lowest step
        field["mappings"] = [*mappings] or [NO_DATA]
    if kind == "timeseries":
        field["custom"] = {"lineWidth": 1, "fillOpacity": 10, "spanNulls": 60000, "showPoints": "never",
                           "thresholdsStyle": {"mode": "dashed" if thresholds else "off"}}
    if kind == "table":
        field["custom"] = {"align": "auto", "inspect": False}
    if links:
        field["links"] = [*links]
    instant = kind in ("table", "bargauge")
    form = {"table": "table", "heatmap": "heatmap"}.get(kind)
    result = {
        "type": kind, "title": title, "description": description, "datasource": PROMETHEUS,
        "gridPos": place(x, y, w, h), "fieldConfig": {"defaults": field, "overrides": []}, "options": OPTIONS[kind],
        "targets": [{"refId": chr(65 + i), "expr": expr, "legendFormat": legend or ("{{le}}" if kind == "heatmap" else "__auto"),
                     "datasource": PROMETHEUS, "instant": instant, "range": not instant, **({"format": form} if form else {}),
                     **({"exemplar": True} if exemplar else {})}
                    for i, (expr, legend) in enumerate(targets)],
    }
    if kind == "table":
        result["transformations"] = [{"id": "organize", "options": {"excludeByName": {
            "Time": True, "__name__": True, "instance": True, "job": True, "cluster": True}}}]
    if runbook:
        result["runbook"] = list(runbook)  # generate makes the links, once it has the runbook's board
    return result


def stat(*a, **k):
    return panel("stat", *a, **k)


def graph(*a, **k):
    return panel("timeseries", *a, **k)


def bars(*a, **k):
    return panel("bargauge", *a, **k)


def table(*a, **k):
    return panel("table", *a, **k)


def heatmap(*a, **k):
    return panel("heatmap", *a, **k)


def other(kind, title, source, query, x, y, w, h, description, options, **defaults):
    """A panel of lines or traces: no numbers, so neither unit nor thresholds."""
    return {"type": kind, "title": title, "description": description, **({"datasource": source} if source else {}), "gridPos": place(x, y, w, h),
            "fieldConfig": {"defaults": defaults, "overrides": []}, "options": options,
            "targets": [{"refId": "A", "datasource": source, **query}] if source else []}


def logs(title, query, x, y, w, h, description):
    return other("logs", title, LOKI, {"expr": query, "queryType": "range", "maxLines": 200}, x, y, w, h, description, {
        "showTime": True, "showLabels": False, "showCommonLabels": False, "wrapLogMessage": True, "prettifyLogMessage": False,
        "showLogContextToggle": False,
        "enableLogDetails": True, "dedupStrategy": "none", "sortOrder": "Descending"})


def text(title, content, x, y, w, h, description):
    return other("text", title, None, {}, x, y, w, h, description, {"mode": "markdown", "content": content})


# ---- boards ------------------------------------------------------------------------------------------------------------

def variable(name):
    if name in SOURCES:
        return {"name": name, "label": f"Data source ({SOURCES[name]})", "type": "datasource", "query": SOURCES[name], "hide": 0,
                "current": {"text": SOURCES[name].capitalize(), "value": SOURCES[name]}}
    if name in ASKED_FOR:
        return {"name": name, "label": name.capitalize(), "type": "query", "datasource": PROMETHEUS, "hide": 0,
                "query": ASKED_FOR[name], "definition": ASKED_FOR[name], "refresh": 2, "sort": 1,
                "multi": True, "includeAll": True, "allValue": ".*", "current": {"text": ["All"], "value": ["$__all"]}}
    if name == "level":
        values = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]
        return {"name": name, "label": "Level", "type": "custom", "query": ",".join(values), "hide": 0, "multi": True,
                "includeAll": True, "allValue": ".*", "current": {"text": ["All"], "value": ["$__all"]},
                "options": [{"text": v, "value": v, "selected": False} for v in values]}
    return {"name": name, "label": {"search": "Search lines", "trace": "Trace id"}[name], "type": "textbox", "query": "", "hide": 0,
            "current": {"text": "", "value": ""}}


def dashboard(uid, title, description, variables, panels):
    for number, item in enumerate(panels, 1):
        item.setdefault("id", number)
        for target in item["targets"]:
            if target["datasource"] == PROMETHEUS:
                target["expr"] = scoped(target["expr"], variables)
    return {
        "id": None, "uid": uid, "title": title, "description": description, "tags": ["aragora"], "timezone": "utc",
        "schemaVersion": 39, "version": 1, "editable": True, "refresh": "15s", "time": {"from": "now-1h", "to": "now"},
        "graphTooltip": 1, "templating": {"list": [variable(name) for name in variables]},
        "annotations": {"list": [{
            "name": "Alerts", "enable": True, "iconColor": "red", "datasource": PROMETHEUS, "titleFormat": "{{alertname}}",
            "expr": 'ALERTS{alertstate="firing", severity=~"critical|warning"}', "step": "60s"}] if "datasource" in variables else []},
        "links": [{"title": "Aragora", "type": "dashboards", "tags": ["aragora"], "asDropdown": True, "includeVars": True,
                   "keepTime": True, "icon": "external link", "targetBlank": False, "tooltip": "", "url": ""}],
        "panels": panels,
    }
