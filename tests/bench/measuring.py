import resource
import statistics
import time
from collections.abc import Callable


def median_seconds(work: Callable[[], object], *, runs: int = 15, warm_up: int = 3) -> float:
    return statistics.median(_seconds(work, runs, warm_up))


def least_seconds(work: Callable[[], object], *, runs: int = 15, warm_up: int = 3) -> float:
    """Where what is compared lies minutes apart: what else the machine does then hardly counts."""
    return min(_seconds(work, runs, warm_up))


def _seconds(work, runs, warm_up):
    for _ in range(warm_up):
        work()
    for _ in range(runs):
        begun = time.perf_counter()
        work()
        yield time.perf_counter() - begun


def peak_memory_mb() -> float:
    """Of this process since it began."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
