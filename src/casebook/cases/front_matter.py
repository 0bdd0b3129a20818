"""The YAML at the head of a case file: parsed with the line of every key, and slips told in an author's
words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from casebook.errors import CaseError

Where = tuple[str | int, ...]  # the way to a key
LONGEST = 50_000  # characters of the YAML
DEEPEST = 20  # levels; a case needs five
#: The parser in C where PyYAML has it: as it reads a case in a tenth of the time.
_QUICK = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_FRONT = re.compile(r"\ufeff?---[ \t]*\r?\n(.*?)^---[ \t]*\r?$\n?", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Parsed:
    """The keys and values of a file, the chart below them, and the line on which each key stands."""

    data: dict[str, Any]
    chart: str
    lines: dict[Where, int]


def parse(path: Path, text: str) -> Parsed:
    """A Markdown file with front matter, or a bare YAML file. Raises CaseError."""
    head, chart, shift = text, "", 0
    if path.suffix == ".md":
        front = _FRONT.match(text)
        if not front:
            raise CaseError(path, 1, "a case starts with front matter between two lines of ---")
        head, chart, shift = front[1], text[front.end() :], 1
    if len(head) > LONGEST:
        says = f"what stands before the chart has {len(head)} characters, and a case needs at most {LONGEST}"
        raise CaseError(path, 1 + shift, says)
    try:
        data, lines = _read(head)
    except yaml.MarkedYAMLError as error:
        quoted = "quoted scalar" in (
            error.context or ""
        )  # an open quote is found at the end, and mended at its start
        mark = error.context_mark if quoted else error.problem_mark or error.context_mark
        line = (mark.line if mark else 0) + 1 + shift
        raise CaseError(
            path, line, f"this is not YAML: {_plainly(str(error.problem or error.context))}"
        ) from None
    except _Unfit as error:
        raise CaseError(path, error.line + shift, str(error)) from None
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError) as error:
        at = getattr(error, "position", 0)  # of a character that no YAML may hold
        line = head.count("\n", 0, at) + 1 + shift
        why = getattr(error, "reason", None) or str(error)
        raise CaseError(path, line, f"this is not YAML that a case can hold: {why[:120]}") from None
    if not isinstance(data, dict):
        raise CaseError(path, 1 + shift, "expected keys and values, such as steps: and a list")
    return Parsed(data, chart, {where: line + shift for where, line in lines.items()})


def _read(head: str) -> tuple[Any, dict[Where, int]]:
    """What a text of YAML holds, and the line of every key. Raises what PyYAML raises, and _Unfit."""
    try:
        node = _composed(head, _QUICK)
    except yaml.YAMLError:
        node = _composed(head, yaml.SafeLoader)  # for its words, on which ours stand
    if node is None:
        return None, {}
    lines = dict(_lines(node, set(), yaml.SafeLoader("")))
    return yaml.SafeLoader("").construct_document(node), lines


def _composed(head: str, loader: Any) -> Any:
    """The nodes of a text. How deep they go is looked at first, for composing them calls itself at every
    level."""
    depth = 0
    for event in yaml.parse(head, Loader=loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise _Unfit("this is nested too deeply; a case needs five levels", event)
    return yaml.compose(head, Loader=loader)


#: What the parser says of the slips that authors make, and what to do about each.
SLIPS = {
    "mapping values are not allowed": (
        "a colon stands inside words; put the words between quotes, or the line is indented too far"
    ),
    "cannot start any token": (
        "a tab, or a sign such as @ or %, stands where a word should begin; indent with spaces, and quote the"
        " sign"
    ),
    "<stream end>": "a bracket or a brace was opened and not closed",
    "expected ',' or": "a bracket or a brace was opened and not closed, or a comma is missing in it",
    "could not find expected ':'": "a colon is missing after the key",
    "expected <block end>": "the line is not indented like those above it",
    "end of stream": "a quote was opened and not closed",
    "quoted scalar": "a quote was opened and not closed",
}


def _plainly(problem: str) -> str:
    """What the parser says of a file, in an author's words."""
    return next(
        (words for sign, words in SLIPS.items() if sign in problem),
        f"{problem}; check the indentation and quotes",
    )


class _Unfit(ValueError):
    """Something that YAML allows and a case does not; `line` counts within the front matter."""

    def __init__(self, message: str, node: yaml.Node | yaml.Event) -> None:
        super().__init__(message)
        self.line = (node.start_mark.line if node.start_mark else 0) + 1


def _lines(
    node: Any, met: set[int], scalars: yaml.SafeLoader, path: Where = ()
) -> Iterator[tuple[Where, int]]:
    """The line of every key below a node; `scalars` reads single words."""
    if id(node) in met:  # an alias; aliases of aliases grow without end
        raise _Unfit("write it out, without anchors and aliases (& and *)", node)
    met.add(id(node))
    yield path, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _Unfit("a key is one word", key)
            if key.value in seen:
                raise _Unfit(f"the key {str(key.value)[:40]} is given twice; keep one", key)
            seen.add(key.value)
            yield from (
                (p, min(n, key.start_mark.line + 1) if p == (*path, key.value) else n)
                for p, n in _lines(value, met, scalars, (*path, key.value))
            )
    elif isinstance(node, yaml.SequenceNode):
        for i, value in enumerate(node.value):
            yield from _lines(value, met, scalars, (*path, i))
    else:
        if node.tag.endswith((":int", ":float")) and (":" in node.value or len(node.value) > 20):
            raise _Unfit(
                f"{node.value[:40]!r} is no number that a case holds; put words between quotes", node
            )
        try:
            scalars.construct_object(node)
        except (yaml.YAMLError, ValueError, LookupError, AttributeError, TypeError):
            message = (
                f"{node.value[:40]!r} cannot be read; put dates and the like between quotes, and write no"
                " !tags"
            )
            raise _Unfit(message, node) from None
