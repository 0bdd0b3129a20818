"""The contract's JSON, written down once: exact keys, exact types, and a checker that says where something
differs."""

from casebook.coding.authorities import AUTHORITIES
from casebook.coding.rules import RULEBOOK
from casebook.coding.views import VIEWS


class OneOf:
    """One of these values or shapes."""

    def __init__(self, *shapes):
        self.shapes = shapes
        self.words = frozenset(s for s in shapes if isinstance(s, str))


class Each:
    """A list whose every member has this shape."""

    def __init__(self, shape):
        self.shape = shape


def faults(shape, value, where="$"):
    """Every place where a JSON value is not of the shape."""
    if isinstance(shape, OneOf):
        if isinstance(value, str) and value in shape.words:
            return
        if all(list(faults(s, value, where)) for s in shape.shapes):
            yield f"{where}: {value!r} is none of {shape.shapes}"
    elif isinstance(shape, Each):
        if not isinstance(value, list):
            yield f"{where}: {value!r} is no list"
        else:
            for i, member in enumerate(value):
                yield from faults(shape.shape, member, f"{where}[{i}]")
    elif isinstance(shape, dict):
        yield from faults_of_keys(shape, value, where)
    elif isinstance(shape, type):
        if type(value) is not shape:  # a bool is no int here
            yield f"{where}: {value!r} is no {shape.__name__}"
    elif value != shape or type(value) is not type(shape):
        yield f"{where}: {value!r} is not {shape!r}"


def faults_of_keys(shape, value, where):
    """The same for an object, whose keys are exact."""
    if not isinstance(value, dict) or value.keys() != shape.keys():
        found = sorted(value) if isinstance(value, dict) else repr(value)
        yield f"{where}: keys {found}, not {sorted(shape)}"
        return
    for key, inner in shape.items():
        yield from faults(inner, value[key], f"{where}.{key}")


LINE = {"code": str, "units": int, "modifiers": Each(str)}
RULE = OneOf(*RULEBOOK)
SOURCES = Each(OneOf(*AUTHORITIES))
EDIT = {
    "kind": OneOf("unknown-code", "add-on-without-base", "pair", "units"),
    "codes": Each(str),
    "blocks": bool,
    "says": str,
    "authority": OneOf(*AUTHORITIES),
}
CLAIM = {
    "reading": int,
    "lines": Each(LINE),
    "confidence": OneOf("confirmed", "secondary", "recalled", "contested"),
    "because": Each({"rule": RULE, "says": str, "authorities": SOURCES}),
    "not_billed": Each({"code": str, "rule": RULE, "says": str}),
    "views": Each({"view": OneOf(*VIEWS), "says": str, "authorities": SOURCES, "lines": Each(LINE)}),
    "edits": Each(EDIT),
}
CODE = OneOf(
    {"action": OneOf("bill", "query"), "claims": Each(CLAIM)},
    {"action": "out-of-scope", "reason": str, "claims": []},
)
ROW = {"says": str}
QUOTE = {"says": str, "name": str}
AS_READ = {
    "says": str,
    "rule": RULE,
    "confidence": OneOf("confirmed", "derived", "secondary", "recalled", "contested"),
    "authorities": Each({"id": OneOf(*AUTHORITIES), "title": str, "edition": str, "address": str}),
    "page": str,
    "copy": str,
}
PLAIN = OneOf(
    "amounts",
    "why",
    "tempts",
    "correction",
    "lines",
    "right",
    "doubt",
    "evidence",
    "diagnoses",
    "ask",
    "flip",
)
FEEDBACK = {
    "headline": str,
    "question": OneOf(None, str),
    "parts": Each(
        OneOf(
            {"kind": PLAIN, "title": str, "rows": Each(ROW)},
            {"kind": OneOf("settles"), "title": str, "rows": Each(OneOf(QUOTE, ROW))},
            {"kind": OneOf("rules"), "title": str, "rows": Each(AS_READ)},
            {"kind": OneOf("next"), "title": str, "rows": Each({"says": str, "case": str})},
        )
    ),
}
EVIDENCE = {kind: Each(str) for kind in ("found", "missed", "beside", "irrelevant")} | {"score": float}
GRADE = {
    "verdict": OneOf("correct", "partly", "wrong", "invalid", "blank"),
    "score": float,
    # `rule`, `filed`, `counted` and `feedback` are more than the contract asks for
    "findings": Each({"kind": str, "code": str, "says": str, "rule": OneOf(None, RULE)}),
    "misconceptions": Each({"id": str, "says": str, "correction": str}),
    "view": OneOf(None, *VIEWS),
    "expected": CODE,
    "flip": OneOf(None, str),
    "evidence": OneOf(None, EVIDENCE),
    "diagnoses": OneOf(None, dict),
    "filed": OneOf(None, Each({"line": str, "stands": bool, "against": str, "judged": OneOf(None, bool)})),
    "counted": Each(str),
    "feedback": FEEDBACK,
}


def fits(shape, value):
    """Assert the shape, with every fault in the message."""
    found = list(faults(shape, value))
    assert not found, "\n".join(found)
