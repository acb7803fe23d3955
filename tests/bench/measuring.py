import resource
import statistics
import time
from collections.abc import Callable


def median_seconds(work: Callable[[], object], *, runs: int = 15, warm_up: int = 3) -> float:
    for _ in range(warm_up):
        work()
    seconds = []
    for _ in range(runs):
        begun = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begun)
    return statistics.median(seconds)


def peak_memory_mb() -> float:
    """Of this process since it began."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
