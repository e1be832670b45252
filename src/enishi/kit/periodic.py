"""Jobs that come again: apps register them here in a module `periodic.py`, the worker runs each once per due time.

from enishi.kit.periodic import every

@every(minutes=60)
def empty_bin() -> None: ...
"""

from collections.abc import Callable
from dataclasses import dataclass

Job = Callable[[], object]


@dataclass(frozen=True)
class Periodic:
    """A registered job: its name (module and function), what to call and how often."""

    name: str
    job: Job
    minutes: float


_jobs: dict[str, Periodic] = {}


def every(*, minutes: float) -> Callable[[Job], Job]:
    """Decorator: the worker calls the function each `minutes` (also after having been off: once, not once per missed time).

    The function must bear being broken off: it may run again from its beginning after a crash.

    Raises:
        ValueError: for a length that isn't positive.
    """
    if minutes <= 0:
        raise ValueError("minutes must be positive")

    def register(job: Job) -> Job:
        name = f"{job.__module__.removeprefix('enishi.')}.{getattr(job, '__name__', 'job')}"
        _jobs[name] = Periodic(name, job, minutes)
        return job

    return register


def registered() -> list[Periodic]:
    """All jobs, by name."""
    return [_jobs[name] for name in sorted(_jobs)]
