"""A crowd of phones made up by chance, for trying a room before there is a class: each joins, answers once
and changes its answer once, over real connections."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.cookiejar import CookieJar, DefaultCookiePolicy
from random import Random

import httpx

HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="(\d+)">')
JSON = {"accept": "application/json"}


@dataclass
class Crowd:
    """What a crowd met: the seconds from each answer sent to "noted", the last answer of each phone by its
    number, and all that was sent to phones before the reveal."""

    noted: list[float] = field(default_factory=list)
    last: dict[int, str] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    pages: set[str] = field(default_factory=set)


async def vote(
    join: str, panel: str, people: int, answers: Sequence[str], *, seed: int, within: tuple[float, float]
) -> Crowd:
    """Let so many people join at random moments of the first span of `within` (seconds), then answer and
    change the answer at random moments of the second; the panel's stream stays open all the time."""
    rng, crowd = Random(seed), Crowd()
    limits = httpx.Limits(max_connections=people + 10, max_keepalive_connections=people + 10)
    nobodys = CookieJar(DefaultCookiePolicy(allowed_domains=[]))  # each phone brings its own
    async with httpx.AsyncClient(limits=limits, timeout=60, cookies=nobodys) as line:
        watching = asyncio.create_task(_watch(line, panel))
        joining, answering = within
        tokens: dict[int, str] = {}
        forms: dict[int, dict[str, str]] = {}  # the vote that the page of each was made for

        async def come(number: int, wait: float) -> None:
            await asyncio.sleep(wait)
            page = await line.get(join)
            crowd.pages.add(page.text)
            forms[number] = dict(HIDDEN.findall(page.text))
            tokens[number] = page.headers["set-cookie"].split(";")[0]

        async def say(number: int, wait: float, answer: str) -> None:
            await asyncio.sleep(wait)
            began = time.perf_counter()
            headers = {**JSON, "cookie": tokens[number]}
            told = await line.post(f"{join}answer", data={**forms[number], "claim": answer}, headers=headers)
            crowd.noted.append(time.perf_counter() - began)
            crowd.pages.add(told.text)
            if told.status_code == 200:
                crowd.last[number] = answer
            else:
                crowd.refused.append(told.text)

        async def both(number: int) -> None:
            first, then = sorted(rng.uniform(0, answering) for _ in range(2))
            await say(number, first, rng.choice(answers))
            await say(number, max(0.0, then - first), rng.choice(answers))

        await asyncio.gather(*(come(n, rng.uniform(0, joining)) for n in range(people)))
        await asyncio.gather(*map(both, range(people)))
        watching.cancel()
    return crowd


async def _watch(line: httpx.AsyncClient, panel: str) -> None:
    async with line.stream("GET", f"{panel}stream", timeout=None) as stream:
        async for _ in stream.aiter_lines():
            pass
