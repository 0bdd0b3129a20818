"""Measure Python's start on a page in every engine of this machine, under its own name and an iPhone's: from
the first touch to the verdict of an answer that no table holds, and the memory of a reader who goes on.

All of it in one run on this machine: compare the figures with one another.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import pathlib
import statistics
import sys
from typing import Any

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools.bench import SLOW, Counting  # noqa: E402
from tools.browser import ENGINES, find, named  # noqa: E402
from tools.engines import IPHONE, Page, opened  # noqa: E402

CASES = ("dogwood", "cedar", "alder", "oak", "elm", "maple", "juniper", "aspen", "willow", "hazel")
LATENCY = 0.04  # seconds from a request to its answer on the slow line
ODD = "44120-22 x3; 44005-59; 49000"  # nobody answers so: Python must grade it
ASK = """const status = document.querySelector(".casebook-status");
const field = document.querySelector("textarea[name=claim]");
const began = performance.now();
window.took = 0;
new MutationObserver((_, watch) => {
  if (!status.dataset.verdict) return;
  window.took = performance.now() - began;
  watch.disconnect();
}).observe(status, { attributes: true });
field.focus();
field.value = arguments[0];
field.dispatchEvent(new Event("input", { bubbles: true }));
document.querySelector(".casebook-check").click();"""


def took(page: Page, address: str, boot: str = "snapshot") -> float:
    """Open a case and answer it: ms from the first touch to the verdict."""
    page.open(address + ("?boot=plain" if boot == "plain" else ""))
    page.wait("return document.querySelector('.casebook-quiz')?.dataset.live")
    page.do(ASK, ODD)
    ms = float(page.wait("return window.took", timeout=180))
    told = page.do("return window.casebookTimings")
    if told["boot"] != boot:
        sys.exit(f"{page.name}: asked for the {boot} boot and got the {told['boot']} one: {told['why']}")
    return ms


KEPT = """caches.keys().then((names) => Promise.all(names.map((name) => caches.open(name))))
  .then((stores) => Promise.all(stores.map((store) => store.keys())))
  .then((files) => { window.kept = files.flat().some(({ url }) => url.includes("snapshot")); });
return window.kept;"""


def reader(page: Page, site: Counting) -> None:
    """Let the book keep what was read, as it does by itself but on an author's own machine."""
    page.open(f"{site.address}/book/card.html")
    page.do("localStorage.setItem('casebook.offline', 'on')")


def both(page: Page, site: Counting) -> tuple[float, float]:
    """What the first case of a reader takes, and the second once the book has kept the grader; `site.quiz` is
    then what moved for the second."""
    reader(page, site)
    first = took(page, f"{site.address}/cases/{CASES[0]}.html")
    page.wait(KEPT, timeout=180)
    site.quiz = 0
    return first, took(page, f"{site.address}/cases/{CASES[1]}.html")


def memory() -> float:
    """Megabytes (PSS) of every process that this one started, the test tool's own left out."""
    families: dict[int, int] = {}
    for place in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            families[int(place.name)] = int((place / "stat").read_text().rsplit(")", 1)[1].split()[1])
    total = 0
    for one in families:
        above = one
        while (above := families.get(above, 0)) not in (0, os.getpid()):
            pass
        place = pathlib.Path("/proc", str(one))
        with contextlib.suppress(OSError):
            if above and b"playwright/driver" not in (place / "cmdline").read_bytes():
                rows = (place / "smaps_rollup").read_text().splitlines()
                total += next(int(row.split()[1]) for row in rows if row.startswith("Pss:"))
    return total / 1024


def starts(engine: str, tool: Any, site: Counting, times: int, **options: Any) -> None:
    """The row of one engine: the plain boot, the snapshot, a second case; both again on a slow line."""
    found: dict[str, list[float]] = {"plain": [], "snapshot": [], "second": []}
    moved = 0
    for _ in range(times):
        with opened(engine, tool, **options) as page:
            found["plain"].append(took(page, f"{site.address}/cases/{CASES[0]}.html", "plain"))
        with opened(engine, tool, **options) as page:
            for name, ms in zip(("snapshot", "second"), both(page, site), strict=True):
                found[name].append(ms)
            moved = max(moved, site.quiz)
    site.speed, site.delay = SLOW, LATENCY
    with opened(engine, tool, **options) as page:
        slow, slow_second = both(page, site)
    site.speed = site.delay = 0.0
    plain, snapshot, second = (statistics.median(each) for each in found.values())
    name = f"{engine} {page.version.split()[-1]}" + (", iPhone's name" if options else "")
    print(
        f"  {name:34} {plain:>7.0f} ms {snapshot:>7.0f} ms  {snapshot / plain:.2f} (aim: 0.35)"
        f"  second case {second:.0f} ms, {second / snapshot:.2f}, {moved / 1000:.0f} kB;"
        f" at 10 Mbit/s {slow:.0f} and {slow_second:.0f} ms, {slow_second / slow:.2f} (aim: 0.6)",
        flush=True,
    )


def remembers(engine: str, tool: Any, site: Counting) -> None:
    """The memory of a reader of ten cases."""
    with opened(engine, tool) as page:
        seen = []
        for case in CASES:
            took(page, f"{site.address}/cases/{case}.html")
            page.do("return 1")
            seen.append(memory())
    print(
        f"  {engine:10} one case {seen[0]:.0f} MB, five {seen[4]:.0f}, ten {seen[9]:.0f}:"
        f" {seen[9] / seen[0]:.2f} (aim: 2.0), from the fifth {seen[9] / seen[4]:.2f} (aim: 1.1)",
        flush=True,
    )


def main() -> None:
    """Print the tables."""
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description="Measure Python's start in every engine.")
    parser.add_argument("--times", type=int, default=3, help="runs for each median")
    parser.add_argument("--memory", action="store_true", help="the memory alone")
    asked = parser.parse_args()
    times: int = asked.times
    here = named() or [engine for engine in ENGINES if find(engine)]
    with contextlib.closing(Counting()) as site, sync_playwright() as tool:
        if not asked.memory:
            print(f"First touch to the verdict of an odd answer: plain boot, snapshot, medians of {times}")
        for engine in () if asked.memory else here:
            starts(engine, tool, site, times)
            starts(engine, tool, site, times, user_agent=IPHONE)
        print("Memory of the browser (PSS) of a reader who goes from case to case")
        for engine in here:
            remembers(engine, tool, site)


if __name__ == "__main__":
    main()
