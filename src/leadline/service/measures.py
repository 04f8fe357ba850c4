"""What a service counts, as Prometheus reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from leadline.service.happenings import (
    Delivered,
    Ended,
    Failed,
    Happening,
    Kept,
    Passed,
    Scored,
)

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
PASS_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
REQUEST_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
GAUGES: Mapping[str, str] = {
    "inbox_requests": "Requests that wait for the loop.",
    "inbox_age_seconds": "Age of the oldest request that waits.",
    "loop_age_seconds": "Since the loop last came round, or asked whether it may run here.",
    "accounts_due": "Large accounts that are to be scored.",
    "waiting_bytes": "Bodies of requests that wait to be kept.",
    "store_bytes": "What the store takes up.",
    "disk_free_bytes": "Room on the disk of a store in a file.",
    "takes": "1 where requests are taken, 0 where they are refused.",
}
"""What is looked up whenever it is asked for, by name."""


class Measures:
    """Counts what it is told, from the start of the process on."""

    def __init__(self, gauges: Callable[[], Mapping[str, float]]) -> None:
        """Begin at nothing; ``gauges`` gives what is as it is now."""
        self._registry = CollectorRegistry()
        self._registry.register(_Gauges(gauges))
        self._kept = self._counter("requests_kept", "Requests that were kept.", "source")
        self._facts = self._counter("facts_taken", "Facts that the loop took.", "source")
        self._repeated = self._counter("events_repeated", "Events that were there.", "source")
        self._parked = self._counter(
            "parts_parked", "Parts that could not be used.", "source", "reason"
        )
        self._scored = self._counter("scores_written", "Leads and accounts scored.", "cause")
        self._changed = self._counter("transitions", "Bands that changed.", "cause")
        self._jobs = self._counter("jobs", "Commands of the loop that ended.", "kind", "state")
        self._failures = self._counter("failures", "What failed and is tried again.", "what")
        self._deliveries = self._counter(
            "deliveries", "What was sent to destinations, by what became of it.",
            "destination", "state",
        )  # fmt: skip
        self._passes = Histogram(
            "leadline_pass_seconds",
            "How long passes of the loop took.",
            buckets=PASS_SECONDS,
            registry=self._registry,
        )
        self._requests = Histogram(
            "leadline_request_seconds",
            "How long requests took.",
            ("method", "path", "status"),
            buckets=REQUEST_SECONDS,
            registry=self._registry,
        )
        self._counts: Mapping[type[Any], Callable[[Any], None]] = {
            Kept: self._count_kept,
            Passed: self._count_passed,
            Scored: self._count_scored,
            Ended: lambda each: self._jobs.labels(each.kind, each.state).inc(),
            Failed: lambda each: self._failures.labels(each.what).inc(),
            Delivered: lambda each: self._deliveries.labels(each.destination, each.state).inc(),
        }

    def _counter(self, name: str, says: str, *labels: str) -> Counter:
        return Counter(f"leadline_{name}", says, labels, registry=self._registry)

    def hear(self, happening: Happening) -> None:
        """Count something."""
        count = self._counts.get(type(happening))
        if count is not None:
            count(happening)

    def answered(self, method: str, path: str, status: int, seconds: float) -> None:
        """Count a request; ``path`` is that of its route."""
        self._requests.labels(method, path, str(status)).observe(seconds)

    def text(self) -> bytes:
        """Return all figures in the form of Prometheus."""
        return generate_latest(self._registry)

    def _count_kept(self, told: Kept) -> None:
        for source, count in told.requests.items():
            self._kept.labels(source).inc(count)

    def _count_passed(self, told: Passed) -> None:
        self._passes.observe(told.seconds)
        for source, count in told.facts.items():
            self._facts.labels(source).inc(count)
        for source, count in told.repeated.items():
            self._repeated.labels(source).inc(count)
        for labels, count in told.parked.items():
            self._parked.labels(*labels).inc(count)
        self._count_scored(Scored("event", told.scored, told.transitions))

    def _count_scored(self, told: Scored) -> None:
        self._scored.labels(told.cause).inc(told.scored)
        self._changed.labels(told.cause).inc(told.transitions)


class _Gauges(Collector):
    """Looks up what is whenever it is asked for."""

    def __init__(self, look: Callable[[], Mapping[str, float]]) -> None:
        self._look = look

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Yield what there is, without looking it up."""
        for name, says in GAUGES.items():
            yield GaugeMetricFamily(f"leadline_{name}", says)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield what there is now; what is not known is left out."""
        found = self._look()
        for name, says in GAUGES.items():
            if name in found:
                yield GaugeMetricFamily(f"leadline_{name}", says, value=found[name])
