"""The worker: takes up what a dead one left, runs recurring jobs once, and bears a clock that jumps."""

import datetime
import os
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone
from django_tasks import task
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from enishi.kit import periodic as registry
from enishi.kit.periodic import every
from enishi.site import health, periodic
from enishi.site.models import Beat, PeriodicRun
from enishi.site.worker import MOST_ATTEMPTS, Worker

pytestmark = [pytest.mark.django_db, pytest.mark.row("F8")]

calls: list[str] = []


@task()
def remember(text: str) -> str:
    calls.append(text)
    return text


@task()
def stumble() -> None:
    raise ValueError("stumbled")


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    calls.clear()
    monkeypatch.setattr(registry, "_jobs", {})
    yield


def work(worker: Worker) -> int:
    done = 0
    while (one := worker._next()) is not None:
        worker._work(one)
        done += 1
    return done


def beat(worker: str, *, ago: float = 0, pid: int | None = None, host: str | None = None) -> Beat:
    return Beat.objects.create(
        worker=worker,
        host=host or socket.gethostname(),
        pid=pid or os.getpid(),
        at=timezone.now() - datetime.timedelta(seconds=ago),
    )


class TestTasks:
    def test_runs_what_is_queued(self) -> None:
        remember.enqueue("a")
        remember.enqueue("b")
        assert work(Worker()) == 2
        assert calls == ["a", "b"]

    def test_a_failing_task_is_settled_and_the_next_one_runs(self) -> None:
        stumble.enqueue()
        remember.enqueue("after")
        assert work(Worker()) == 2
        assert DBTaskResult.objects.failed().get().exception_class_path == "builtins.ValueError"
        assert calls == ["after"]

    def test_waiting_takes_no_write_lock(self, django_assert_num_queries: Any) -> None:
        with django_assert_num_queries(1):
            assert Worker()._next() is None

    def test_a_dead_workers_task_is_taken_up_again(self) -> None:
        remember.enqueue("lost")
        dead = Worker()
        assert dead._next() is not None  # claimed, then the process died
        other = Worker()
        assert other.take_up_lost() == 1
        assert work(other) == 1
        assert calls == ["lost"]

    def test_a_living_workers_task_is_left_alone(self) -> None:
        remember.enqueue("busy")
        busy = Worker()
        busy.beat()
        assert busy._next() is not None
        assert Worker().take_up_lost() == 0

    def test_a_worker_of_another_host_is_dead_when_silent(self) -> None:
        remember.enqueue("elsewhere")
        there = Worker()
        there._next()
        beat(there.worker_id, host="another-host", pid=1)
        assert Worker().take_up_lost() == 0
        Beat.objects.update(at=timezone.now() - datetime.timedelta(seconds=31))
        assert Worker().take_up_lost() == 1

    def test_a_task_that_kills_its_worker_is_given_up(self) -> None:
        remember.enqueue("deadly")
        for _attempt in range(MOST_ATTEMPTS):
            assert Worker()._next() is not None
            Worker().take_up_lost()
        row = DBTaskResult.objects.get()
        assert row.status == TaskResultStatus.FAILED
        assert Worker()._next() is None

    def test_its_own_task_that_could_not_be_settled_is_found(self) -> None:
        remember.enqueue("unsettled")
        worker = Worker()
        worker.beat()
        worker._next()
        assert worker.take_up_lost() == 0
        DBTaskResult.objects.update(started_at=timezone.now() - datetime.timedelta(minutes=2))
        assert worker.take_up_lost() == 1


class TestSignsOfLife:
    def test_fresh_stale_and_gone(self) -> None:
        beat("fresh")
        beat("stale", ago=31)
        beat("from-the-future", ago=-3600)  # written before the clock was set back
        beat("gone", pid=2**22 + 1)
        beat("elsewhere", pid=2**22 + 1, host="another-host")
        assert health.alive_workers() == {"fresh", "elsewhere"}

    def test_a_hanging_worker_stops_beating(self) -> None:
        worker = Worker()
        assert not worker.hangs()
        worker.last_look -= 31
        assert worker.hangs()
        worker.task_name = "a long import"
        assert not worker.hangs()


class TestPeriodic:
    def test_runs_when_due_and_once_for_all_workers(self) -> None:
        @every(minutes=10)
        def job() -> None:
            calls.append("job")

        assert len(periodic.run_due("one")) == 1
        assert periodic.run_due("two") == []
        assert calls == ["job"]
        PeriodicRun.objects.update(began_at=timezone.now() - datetime.timedelta(minutes=11))
        assert len(periodic.run_due("two")) == 1

    def test_of_two_that_look_at_the_same_time_one_gets_the_turn(self) -> None:
        @every(minutes=10)
        def job() -> None: ...

        row = PeriodicRun.objects.create(name=registry.registered()[0].name)
        assert periodic._take(row, "one")
        assert not periodic._take(row, "two")

    def test_a_turn_of_the_dead_is_taken_over_and_one_of_the_living_is_not(self) -> None:
        @every(minutes=10)
        def job() -> None:
            calls.append("job")

        name = registry.registered()[0].name
        PeriodicRun.objects.create(
            name=name, worker="one", began_at=timezone.now() - datetime.timedelta(hours=1)
        )
        beat("one")
        assert periodic.run_due("two") == []
        Beat.objects.all().delete()
        assert periodic.run_due("two") == [name]

    @pytest.mark.parametrize(
        ("began_ago_minutes", "due"),
        [(0, False), (9, False), (10, True), (60 * 24, True), (-1, True), (-60 * 24, True)],
    )
    def test_clock_jumps(self, began_ago_minutes: int, due: bool) -> None:
        now = timezone.now()
        assert periodic.is_due(now - datetime.timedelta(minutes=began_ago_minutes), 10, now) is due

    def test_after_a_day_off_it_runs_once(self) -> None:
        @every(minutes=1)
        def job() -> None:
            calls.append("job")

        name = registry.registered()[0].name
        PeriodicRun.objects.create(name=name, began_at=timezone.now() - datetime.timedelta(days=1))
        periodic.run_due("one")
        periodic.run_due("one")
        assert calls == ["job"]

    def test_one_that_fails_is_kept_and_the_others_run(self) -> None:
        @every(minutes=1)
        def a_bad_one() -> None:
            raise ValueError("no")

        @every(minutes=1)
        def b_good_one() -> None:
            calls.append("good")

        assert len(periodic.run_due("one")) == 2
        assert calls == ["good"]
        row = PeriodicRun.objects.get(name__endswith="a_bad_one")
        assert (row.error, row.worker) == ("ValueError: no", "")

    def test_only_positive_lengths(self) -> None:
        with pytest.raises(ValueError, match="positive"):
            every(minutes=0)

    def test_the_apps_jobs_are_found(self) -> None:
        import importlib

        from enishi.access import periodic as of_access

        importlib.reload(of_access)
        periodic.load()
        assert "access.periodic.forget_old_sessions" in {one.name for one in registry.registered()}
