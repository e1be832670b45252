"""The worker: runs queued tasks, gives signs of life, and calls the recurring jobs. As many as wanted, on any host.

It differs from `manage.py db_worker` (whose claiming and settling it uses) in four things: looking for work takes no write lock, a
database that is away is waited for, a killed worker's task is taken up again, and one can tell from outside whether it lives.
"""

import datetime
import logging
import os
import socket
import sys
import threading
import time
from types import FrameType
from typing import Any

from django.db import Error, close_old_connections, connections, transaction
from django.utils import timezone
from django.utils.crypto import get_random_string
from django_tasks.base import TaskResultStatus
from django_tasks_db.management.commands.db_worker import Worker as TaskWorker
from django_tasks_db.models import DBTaskResult
from django_tasks_db.utils import exclusive_transaction

from enishi.records import registry
from enishi.site import periodic
from enishi.site.health import STALE_SECONDS, alive_workers
from enishi.site.models import Beat

Row = DBTaskResult[Any, Any]

logger = logging.getLogger("enishi.worker")

INTERVAL = 0.5
BEAT_SECONDS = 5
HOUSEKEEPING_SECONDS = 10
# A task whose worker died is begun again; one that kills its worker every time is given up.
MOST_ATTEMPTS = 3
FORGOTTEN = datetime.timedelta(minutes=1)


class Worker(TaskWorker):
    """One process's worker."""

    def __init__(self) -> None:
        super().__init__(
            queue_names=["*"],
            interval=INTERVAL,
            batch=False,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=get_random_string(32),
            excluded_queue_names=[],
        )
        self.task_name = ""
        self.task_id: object = None
        self.last_look = time.monotonic()
        self.ended = threading.Event()

    def run(self) -> None:
        """Works until told to stop; the task at hand is finished first."""
        self.beat()
        self.take_up_lost()
        for target in (self._keep_beating, self._keep_house):
            threading.Thread(target=target, name=target.__name__.strip("_"), daemon=True).start()
        try:
            while self.running:
                self.last_look = time.monotonic()
                try:
                    task = self._next()
                except Error as error:
                    logger.warning("database: %s", error)
                    connections.close_all()
                    self._rest(2)
                    continue
                if task is None:
                    self._rest(self.interval)
                else:
                    self._work(task)
        finally:
            self.ended.set()
            self._say_goodbye()

    def _rest(self, seconds: float) -> None:
        close_old_connections()
        time.sleep(seconds)

    def _next(self) -> Row | None:
        ready = DBTaskResult.objects.ready().filter(backend_name=self.backend_name)
        if not ready.exists():  # reading only: a worker that waits must not hold up those who write
            return None
        with exclusive_transaction(ready.db):
            task: Row | None = ready.get_locked()
            if task is not None:
                task.claim(self.worker_id)
        return task

    def _work(self, task: Row) -> None:
        self.task_name, self.task_id = task.task_path[:200], task.pk
        began = time.monotonic()
        try:
            registry.refresh(now=True)
            self.run_task(task)
        except Error:
            # Settling it failed: the row goes on saying "running"; `take_up_lost` finds it.
            logger.exception("task %s could not be settled", task.task_path)
            connections.close_all()
        else:
            if task.status == TaskResultStatus.FAILED:
                logger.error(
                    "task %s failed: %s\n%s", task.task_path, task.exception_class_path, task.traceback
                )
            else:
                logger.info("task %s took %.2f s", task.task_path, time.monotonic() - began)
        finally:
            self.task_name, self.task_id = "", None

    def shutdown(self, signum: int, frame: FrameType | None) -> None:
        """The first signal lets the task at hand finish; the second leaves it to be taken up again by another worker."""
        if not self.running:
            os._exit(1)
        self.running = False
        if not self.running_task:
            sys.exit(0)
        logger.warning("finishing %s before ending", self.task_name)

    # --- Signs of life ---------------------------------------------------------------------------

    def hangs(self) -> bool:
        """Neither working nor looking for work."""
        return not self.task_name and time.monotonic() - self.last_look > STALE_SECONDS

    def beat(self) -> None:
        """Writes the sign of life."""
        Beat.objects.update_or_create(
            worker=self.worker_id,
            defaults={
                "host": socket.gethostname(),
                "pid": os.getpid(),
                "at": timezone.now(),
                "task": self.task_name,
            },
        )

    def _keep_beating(self) -> None:
        while not self.ended.wait(BEAT_SECONDS):
            if self.hangs():
                continue
            try:
                close_old_connections()
                self.beat()
            except Error as error:
                logger.warning("sign of life: %s", error)
                connections.close_all()

    def _say_goodbye(self) -> None:
        try:
            Beat.objects.filter(worker=self.worker_id).delete()
        except Error:
            logger.info("the database is away; the sign of life grows stale by itself")
        connections.close_all()

    # --- Housekeeping ----------------------------------------------------------------------------

    def _keep_house(self) -> None:
        periodic.load()
        while True:
            try:
                close_old_connections()
                periodic.run_due(self.worker_id)
                self.take_up_lost()
            except Error as error:
                logger.warning("housekeeping: %s", error)
                connections.close_all()
            if self.ended.wait(HOUSEKEEPING_SECONDS):
                return

    def take_up_lost(self) -> int:
        """Puts the tasks of dead workers back into the queue; those that failed so too often are settled as failed."""
        alive = alive_workers() | {self.worker_id}
        lost = 0
        for task in DBTaskResult.objects.running().filter(backend_name=self.backend_name):
            if not self._is_lost(task, alive):
                continue
            lost += self._put_back(task)
        dead = Beat.objects.exclude(worker__in=alive)
        if dead.exists():
            dead.delete()
        return lost

    def _is_lost(self, task: Row, alive: set[str]) -> bool:
        owner = task.worker_ids[-1] if task.worker_ids else ""
        if owner == self.worker_id:  # finished, but the database didn't take the news
            began = task.started_at or timezone.now()
            return task.pk != self.task_id and timezone.now() - began > FORGOTTEN
        return str(owner) not in alive

    def _put_back(self, task: Row) -> int:
        with transaction.atomic():
            # Only where it is still that dead worker's: another one may have been quicker.
            same = DBTaskResult.objects.select_for_update().filter(
                pk=task.pk, status=TaskResultStatus.RUNNING, started_at=task.started_at
            )
            held = same.first()
            if held is None:
                return 0
            if len(held.worker_ids) >= MOST_ATTEMPTS:
                held.status = TaskResultStatus.FAILED
                held.finished_at = timezone.now()
                held.exception_class_path = "builtins.RuntimeError"
                held.traceback = "The worker died in this task each time."
                held.save(update_fields=["status", "finished_at", "exception_class_path", "traceback"])
                logger.error(
                    "task %s given up: its worker died %d times", held.task_path, len(held.worker_ids)
                )
                return 0
            held.status = TaskResultStatus.READY
            held.save(update_fields=["status"])
        logger.warning("task %s taken up again: its worker died", task.task_path)
        return 1


def serve() -> None:
    """Runs a worker in this process until SIGTERM or SIGINT."""
    worker = Worker()
    worker.configure_signals()
    logger.info("worker %s began", worker.worker_id)
    worker.run()
