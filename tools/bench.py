"""Measure the quiz on a page in a real browser: first touch to grader ready, later verdicts, bytes and
memory.

All of it in one run on this machine, against a server on this machine that counts what it sends and can be
slowed.
Compare the figures with one another.
"""

import argparse
import contextlib
import gzip
import pathlib
import statistics
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools.browser import ARGUMENTS, find  # noqa: E402
from tools.serve import HTML, Pages, server  # noqa: E402

CASE, OTHER = "dogwood", "cedar"
ANSWERS = (
    "44120; 44121 x2",
    "44120 x3",
    "44121 x2",
    "44120; 44121",
    "44120; 44121 x3",
    "44120-22",
    "44202; 44203 x2",
    "query",
    "44120",
)
SLOW = 10_000_000 / 8  # bytes a second: 10 Mbit/s
PLAIN = "book/decision"  # a page of the book without a quiz
PIECE = 16_384  # bytes sent at once when slowed


class Counting:
    """The book on a free port: counts the bytes it sends and sends no faster than `speed` bytes a second, all
    together."""

    def __init__(self) -> None:
        self.sent, self.quiz, self.speed = 0, 0, 0.0
        self.delay = 0.0  # seconds from a request to the first byte that comes back
        self.free, self.line = (
            0.0,
            threading.Lock(),
        )  # all connections share one line, which is free again at `free`
        counting = self

        class Counted(Pages):
            def copyfile(self, source: Any, outputfile: Any) -> None:
                time.sleep(counting.delay)
                while piece := source.read(PIECE):
                    outputfile.write(piece)
                    counting.sent += len(piece)
                    counting.quiz += len(piece) if "/_static/casebook/" in self.path else 0
                    if counting.speed:
                        with counting.line:
                            counting.free = max(counting.free, time.monotonic()) + len(piece) / counting.speed
                            wait = counting.free - time.monotonic()
                        time.sleep(max(0.0, wait))  # another thread may have run meanwhile

        self._server = server(0, HTML, Counted)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()


@contextlib.contextmanager
def chromium() -> Iterator[Any]:
    """A real browser."""
    from playwright.sync_api import sync_playwright

    path = find()
    if not path:
        sys.exit("No browser was found; run tools/browser.py")
    with sync_playwright() as tool:
        browser = tool.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


def answer(page: Any, text: str) -> None:
    """Type one claim and wait for its verdict."""
    before = page.evaluate("window.casebookTimings?.verdicts.length ?? 0")
    page.get_by_label("Claim", exact=True).fill(text)
    page.get_by_role("button", name="Check", exact=True).click()
    page.wait_for_function(
        "n => (window.casebookTimings?.verdicts.length ?? 0) > n", arg=before, timeout=120_000
    )


def visit(context: Any, site: Counting, case: str, boot: str) -> tuple[Any, dict[str, Any]]:
    """Open a case and answer once; the page and its timings, with the bytes that the quiz took."""
    page = context.new_page()
    page.goto(
        # An address that names the boot has no answers beforehand.
        f"{site.address}/cases/{case}.html?boot={boot}",
        wait_until="load",
    )
    site.quiz = 0
    answer(page, ANSWERS[0])
    timings = page.evaluate("window.casebookTimings")
    if timings["boot"] != boot:
        sys.exit(f"asked for the {boot} boot and got the {timings['boot']} one: {timings.get('why')}")
    return page, {
        "ms": timings["ready"] - timings["touched"],
        "bytes": site.quiz,
        "verdicts": timings["verdicts"],
    }


def resident() -> float:
    """Megabytes resident in all renderer processes of browsers on this machine; 0 where the system does not
    tell."""
    total = 0
    for place in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if b"--type=renderer" in (place / "cmdline").read_bytes():
                line = next(
                    row for row in (place / "status").read_text().splitlines() if row.startswith("VmRSS")
                )
                total += int(line.split()[1])
    return total / 1024


PAINT = """() => new Promise((done) => {
  const seen = { paint: 0, shift: 0 };
  new PerformanceObserver((list) => list.getEntries().forEach((e) => (seen.paint = e.startTime)))
    .observe({ type: "largest-contentful-paint", buffered: true });
  const shifted = (e) => (seen.shift += e.hadRecentInput ? 0 : e.value);
  new PerformanceObserver((list) => list.getEntries().forEach(shifted))
    .observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(seen), 400);
})"""


def painted(browser: Any, addresses: Sequence[str], times: int = 9) -> list[tuple[float, float]]:
    """For each page the medians of the largest contentful paint in ms, and of the layout shift, on a phone
    with an empty cache.

    The pages take turns, so that what else the machine does falls on all alike.
    """
    seen: dict[str, list[dict[str, float]]] = {address: [] for address in addresses}
    for _ in range(times):
        for address, found in seen.items():
            context = browser.new_context(viewport={"width": 390, "height": 844})
            page = context.new_page()
            page.goto(address, wait_until="load")
            found.append(page.evaluate(PAINT))
            context.close()
    return [
        (statistics.median(s["paint"] for s in found), statistics.median(s["shift"] for s in found))
        for found in seen.values()
    ]


def say(what: str, plain: str, snapshot: str, note: str = "") -> None:
    """One line of the table."""
    print(f"  {what:44} {plain:>12} {snapshot:>12}   {note}", flush=True)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Measure the quiz in a real browser.")
    parser.add_argument("--times", type=int, default=5, help="runs for each median")
    times: int = parser.parse_args().times
    site = Counting()
    with contextlib.closing(site), chromium() as browser:
        print(
            f"The quiz in {browser.browser_type.name} {browser.version}, first touch to grader ready, medians"
            f" of {times}"
        )
        say("", "plain boot", "snapshot", "snapshot / plain")

        def median(how: Any) -> dict[str, float]:
            found: dict[str, float] = {}
            for boot in ("plain", "snapshot"):
                found[boot] = statistics.median(how(boot) for _ in range(times))
            return found

        def row(what: str, found: dict[str, float], aim: str = "") -> None:
            ratio = found["snapshot"] / found["plain"]
            say(what, f"{found['plain']:.0f} ms", f"{found['snapshot']:.0f} ms", f"{ratio:.2f} {aim}")

        def cold(boot: str) -> float:
            context = browser.new_context()
            _, told = visit(context, site, CASE, boot)
            context.close()
            return float(told["ms"])

        def second(case: str) -> Any:
            def run(boot: str) -> float:
                context = browser.new_context()
                visit(context, site, CASE, boot)
                _, told = visit(context, site, case, boot)
                context.close()
                return float(told["ms"])

            return run

        row("cold cache", median(cold), "(aim: at most 0.35)")
        row("warm cache, the same page again", median(second(CASE)))
        row("warm cache, a second case", median(second(OTHER)))
        site.speed = SLOW
        times_before, times = times, 1
        row("cold cache at 10 Mbit/s, once", median(cold))
        times, site.speed = times_before, 0.0

        before = {}
        moved = {}
        memory = {}
        for boot in ("plain", "snapshot"):
            context = browser.new_context()
            page = context.new_page()
            site.quiz = 0
            page.goto(f"{site.address}/cases/{CASE}.html", wait_until="load")
            page.wait_for_timeout(1000)
            before[boot], start = site.quiz, resident()
            page.close()
            page, told = visit(context, site, CASE, boot)
            moved[boot], memory[boot] = told["bytes"], resident() - start
            verdicts = []
            for text in ANSWERS * 3:
                answer(page, text)
            verdicts = page.evaluate("window.casebookTimings.verdicts.slice(1).map(v => v.ms)")
            if boot == "snapshot":
                later = statistics.median(verdicts), max(verdicts)
            context.close()
        say(
            "bytes before the quiz is touched",
            f"{before['plain'] / 1000:.1f} kB",
            f"{before['snapshot'] / 1000:.1f} kB",
            "quiz.js and its style, not compressed",
        )
        say("bytes moved on first touch", *(f"{moved[b] / 1e6:.2f} MB" for b in moved))
        say("more memory in the renderer", *(f"{memory[b]:.0f} MB" for b in memory))
        say(
            "later verdicts, median and longest",
            "",
            f"{later[0]:.1f} ms",
            f"longest {later[1]:.0f} ms (aim: 20 ms)",
        )
        files = [HTML / "_static" / "casebook" / name for name in ("quiz.js", "quiz.css")]
        packed = sum(len(gzip.compress(file.read_bytes(), 9)) for file in files)
        say("the same, gzipped", "", f"{packed / 1000:.1f} kB", "aim: at most 30 kB")
        plain, case = painted(browser, [f"{site.address}/{page}.html" for page in (PLAIN, f"cases/{CASE}")])
        say("", "plain page", "case page", "medians of 9, 390 pixels wide")
        say(
            "largest contentful paint",
            f"{plain[0]:.0f} ms",
            f"{case[0]:.0f} ms",
            f"{case[0] / plain[0]:.2f} (aim: within 10 %)",
        )
        say("layout shift", f"{plain[1]:.3f}", f"{case[1]:.3f}")


if __name__ == "__main__":
    main()
