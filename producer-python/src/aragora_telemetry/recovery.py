"""Sends what earlier runs have left in the spool, each run's events under its own numbers."""

from __future__ import annotations

from .account import Account, FailureReport
from .lane import Lane
from .spool import Left, Spool

ADOPT_EVERY = 2.0


class Recovery:
    """Adopts runs whose process is gone. Used by the sender thread, but for ``counts``."""

    def __init__(self, spool: Spool, report: FailureReport) -> None:
        self._spool = spool
        self._report = report
        self._runs: list[tuple[Left, list[Lane]]] = []
        self._recovered = 0
        self._damaged = 0
        self._dropped: dict[str, int] = {}
        self._adopt_at = 0.0

    def counts(self) -> tuple[int, int]:
        """Events of earlier runs that are acknowledged, and those that were unreadable."""
        live = sum(lane.account.acknowledged for _, lanes in list(self._runs) for lane in lanes)
        return self._recovered + live, self._damaged

    def dropped(self, topic: str) -> int:
        """Events of earlier runs that are lost, for the heartbeats of this one."""
        live = (lane for _, lanes in list(self._runs) for lane in lanes if lane.topic == topic)
        return self._dropped.get(topic, 0) + sum(lane.account.dropped for lane in live)

    def _drop(self, topic: str, count: int) -> None:
        self._dropped[topic] = self._dropped.get(topic, 0) + count

    def adopt(self, now: float) -> None:
        """Takes over a run whose process is gone; the next one follows when it is sent."""
        if now < self._adopt_at or self._runs:
            return
        try:
            left = self._spool.adopt()
            if left is None:
                self._adopt_at = now + ADOPT_EVERY
            else:
                self._runs.append((left, [self._lane(left, topic) for topic in left.topics]))
        except Exception as e:
            self._adopt_at = now + ADOPT_EVERY
            self._report.note(f"What earlier runs have left in the spool cannot be read: {e}")

    def _lane(self, left: Left, topic: str) -> Lane:
        outbox = left.topics[topic]
        if outbox.unreadable:
            self._damaged += outbox.unreadable
            self._drop(topic, outbox.unreadable)
            self._report.dropped(
                topic, "damaged", outbox.unreadable, "An earlier run's event is unreadable."
            )
        lane = Lane(topic, outbox.fresh_epoch(), Account(topic), outbox)
        lane.suspect = True
        return lane

    def lanes(self) -> list[Lane]:
        """The lanes of the runs that are adopted."""
        return [lane for _, lanes in self._runs for lane in lanes]

    def finish(self) -> None:
        """Removes the directories of runs whose events are all settled."""
        for run in [run for run in self._runs if all(lane.idle for lane in run[1])]:
            left, lanes = run
            for lane in lanes:
                lane.outbox.close()
                self._drop(lane.topic, lane.account.dropped)
                for reason, count, message in lane.account.unreported():
                    self._report.dropped(lane.topic, reason, count, message)
            self._recovered += sum(lane.account.acknowledged for lane in lanes)
            self._runs.remove(run)
            left.directory.remove()

    def close(self) -> None:
        """Leaves what is not sent to another run."""
        for left, lanes in self._runs:
            for lane in lanes:
                lane.outbox.close()
            self._recovered += sum(lane.account.acknowledged for lane in lanes)
            left.directory.release()
        self._runs = []

    def abandon(self) -> None:
        """In a forked child: closes what it has inherited."""
        for left, lanes in self._runs:
            for lane in lanes:
                lane.outbox.close()
            left.directory.release()
