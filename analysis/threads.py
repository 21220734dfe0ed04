"""Loops compiled by numba, and how they are shared between threads.

A kernel works on a range of rows or columns, never starts threads of its own and lets go of the
interpreter's lock: `in_stripes` runs the ranges side by side. That is safe where several threads
compute at a time and where processes are forked, which numba's own parallel loops are not; and
since no value depends on another range, results do not depend on the number of threads.

A kernel calls only kernels of its own file: numba keeps machine code until that file changes, and
does not see changes in another.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any, TypeVar, cast

import numba

from .types import Report, silent

F = TypeVar("F", bound=Callable[..., Any])


def kernel(function: F) -> F:
    """Compile on first use and keep the machine code beside the module.

    Without `fastmath`: no sum is reordered and no product fused, on any processor.
    """
    return cast("F", numba.njit(cache=True, nogil=True)(function))


def thread_count() -> int:
    """Threads that a computation uses: the processors it may run on, or NUMBA_NUM_THREADS."""
    return int(numba.config.NUMBA_NUM_THREADS)


def in_stripes(
    task: Callable[[int, int], None], total: int, step: int, report: Report = silent
) -> None:
    """Run `task(start, stop)` for all stripes of `range(total)`, on all processors.

    Args:
        report: hears the share of stripes done; may raise to stop the rest.
    """
    starts = range(0, total, step)
    if len(starts) < 2:
        for start in starts:
            task(start, total)
        report(1.0)
        return
    with ThreadPoolExecutor(min(len(starts), thread_count())) as pool:
        running = [pool.submit(task, start, min(total, start + step)) for start in starts]
        try:
            for done, future in enumerate(as_completed(running), start=1):
                future.result()
                report(done / len(running))
        finally:
            pool.shutdown(cancel_futures=True)
