"""Measure a live room: so many phones join within a minute, answer and change their answer within ten
seconds, while the panel's stream stays open. The crowd runs on the same machine, in a process of its own.

    python tools/bench_room.py [--people 300]
"""

import argparse
import asyncio
import json
import pathlib
import subprocess
import sys
import tempfile
from collections import Counter
from statistics import median, quantiles

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
ANSWERS = ("44120", "44120; 44121", "44120 x2", "44120; 44121 x2", "query")
AIM = {"median": 100, "99th percentile": 1000}  # milliseconds


def main() -> None:
    """Print what the crowd met."""
    from casebook.classroom.phones.votes import Votes
    from casebook.testing import crowd

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=300)
    parser.add_argument("--joining", type=float, default=60.0, help="seconds")
    parser.add_argument("--answering", type=float, default=10.0, help="seconds")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "votes.sqlite3"
        run = [sys.executable, "-c", "import casebook.cli; casebook.cli.main()"]
        command = [*run, "room", "--cases", "oak,elm", "--json", "--port", "0", "--file", str(file)]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert server.stdout is not None
        try:
            told = json.loads(server.stdout.readline())
            within = (args.joining, args.answering)
            met = asyncio.run(
                crowd.vote(told["join"], told["panel"], args.people, ANSWERS, seed=1, within=within)
            )
        finally:
            server.terminate()
            server.wait()
        votes = Votes(file, ["oak", "elm"])
        kept = votes.counts(0, 1)
        votes.close()
    milliseconds = [1000 * each for each in met.noted]
    found = {"median": median(milliseconds), "99th percentile": quantiles(milliseconds, n=100)[98]}
    print(f"a live room, {args.people} phones, {len(met.noted)} answers in {args.answering:g} s:")
    for name, aim in AIM.items():
        print(f"  answer to noted, {name:15}  {found[name]:7.1f} ms   (aim at most {aim})")
    same = kept == Counter(met.last.values())
    for why, times in Counter(met.refused).items():
        print(f"  refused {times} times: {why}")
    print(f"  in the file {sum(kept.values())}, each person's last: {same}")


if __name__ == "__main__":
    main()
