"""Reading a typed answer: what people write in a field, paste from a table or dictate to a telephone, as a
claim or as the word query.

What has one meaning is read, however it is dressed; what has two is not, and what could not be read comes
back with the nearest forms that would be. The plain form is that of `claim.show`:
`44120; 44121 x2; 44310-51`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from casebook.errors import CasebookError

from .claim import MAX_TEXT, MAX_UNITS, MODIFIERS, Answer, Line, show, tidy

MOST_SHOWN = 24  # characters of a place that could not be read
MOST_FORMS = 3  # codes in the nearest form of one line
SOFT_HYPHEN = "\u00ad"
_CLAIM = "44120"  # what a line looks like, where nothing nearer is known


def read(text: object) -> Answer:
    """Read a typed answer. Never raises: what cannot be read comes back as an answer with an `error`, and the
    `nearest` forms that would be read."""
    if not isinstance(text, str):
        return Answer(error=f"An answer is text, such as {_CLAIM}, or the word query.", nearest=(_CLAIM,))
    if len(text) > MAX_TEXT:
        says = f"The answer is {len(text)} characters long; at most {MAX_TEXT} are read."
        return Answer(error=f"{says} One is as short as {_CLAIM}.", nearest=(_CLAIM,))
    plain = text.translate(_PLAIN)
    return _with_soft_hyphens(plain) if SOFT_HYPHEN in plain else _answer(plain)


def _with_soft_hyphens(plain: str) -> Answer:
    """The hyphen that a word processor shows at the end of a line alone: nothing within a code, and a hyphen
    before a modifier."""
    decided = _SOFT.sub(_decided, plain)
    without, hyphen = (_answer(decided.replace(SOFT_HYPHEN, as_)) for as_ in ("", "-"))
    if without.error and not hyphen.error:
        return hyphen
    if without.error or hyphen.error or without == hyphen:
        return without
    says = f"A hyphen that is not always shown stands in it. Write {without}, or {hyphen}."
    return Answer(error=says, nearest=(str(without), str(hyphen)))


def _decided(run: re.Match[str]) -> str:
    """A run of letters and digits with soft hyphens in it, those of them set right that can be one thing."""
    pieces = [piece for piece in run[2].split(SOFT_HYPHEN) if piece]
    at = next((i for i in range(1, 6) if _WHOLE_CODE.fullmatch("".join(pieces[:i]))), 0)
    if not at and not run[1]:
        return run[0]
    head, rest = ["".join(pieces[:at])] if at else [], pieces[at:]
    return run[1] + "-".join(head + rest) if all(len(piece) == 2 for piece in rest) else run[0]


def _answer(plain: str) -> Answer:
    lines: list[Line] = []
    try:
        if not _DIGIT.search(plain) and _asks(plain):
            return Answer(query=True)
        _claim(plain, lines)
    except _Unread as unread:
        return Answer(error=f"Line {len(lines) + 1} could not be read {unread}", nearest=unread.nearest)
    return Answer(claim=tuple(lines))


class _Unread(CasebookError, ValueError):
    """A place that could not be read: why, and the nearest forms that would be."""

    def __init__(self, place: str, why: str, *nearest: str) -> None:
        place = place.strip()
        place = place if len(place) <= MOST_SHOWN else place[:MOST_SHOWN] + "…"
        super().__init__(f"at “{place}”: {why}")
        self.nearest = nearest


# What looks the same, or is not seen at all


class _Plain(dict[int, str | int | None]):
    """Every character as the plain one it stands for; what cannot be seen is nothing."""

    def __missing__(self, point: int) -> str | int | None:
        char = chr(point)
        if 0xFF01 <= point <= 0xFF5E:  # the wide forms of East Asian keyboards
            return self[point - 0xFEE0]
        if char.isdecimal():
            return str(int(char))
        if unicodedata.category(char) in ("Cf", "Cc"):
            return None
        return point


_UNSEEN = "\u034f\u20e3\ufe0e\ufe0f"  # joiners and what turns a digit into a picture
_QUOTES = "\"'`´“”„‟‘’‚‛«»‹›®™©"
_LOOKS = {
    "-": "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63",  # dashes, and the minus of word processors
    "x": "×✕✖⨯\u0445\u0425",  # among them the Cyrillic letter that looks like it
    "*": "\u2217",
    # bullets, two of them as word processors paste them
    "•": "\u2023\u2043\u2219\u00b7\u25aa\u25cf\u25e6\u25cb\u25a0\uf0a7\uf0b7",
    ",": "\u060c\u3001",
    ";": "\u037e\u061b",
    "\t": "\u21e5",
    "\n": "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029",
}
_PLAIN = _Plain({point: point for point in range(0x20, 0x7F)})
_PLAIN |= dict.fromkeys(map(ord, _QUOTES + _UNSEEN))
_PLAIN |= {ord(char): plain for plain, chars in _LOOKS.items() for char in chars}
_PLAIN |= {ord(char): char for char in "\t\n\r" + SOFT_HYPHEN}

# The word query

_DIGIT = re.compile(r"[0-9]")
_SAID = re.compile(r"[A-Za-z\s.,:;!?()-]*")
_ASKS = frozenset("query ask clarify clarification".split())
_OF_ASKING = frozenset(
    "a an the i id ill we would will should must need needs needed to send please first surgeon provider"
    " physician doctor dr attending operating him her them for with before billing coding this note about"
    " regarding number count of joins join anastomoses anastomosis resections pieces".split()
)
_NOT = re.compile(r"\W*+(?:no|not|non|never|without|w/o|minus|except|don'?t)(?![a-z])", re.IGNORECASE)
_ALONE = "write query alone, or a claim, not both."


def _asks(plain: str) -> bool:
    """Whether these words, among which there is no digit, come to query and to nothing else."""
    words = re.findall(r"[a-z]+", plain.casefold())
    if _ASKS.isdisjoint(words):
        return False
    if not _SAID.fullmatch(plain) or not (_ASKS | _OF_ASKING).issuperset(words):
        raise _Unread(plain, "to ask the surgeon, write the word query alone.", "query")
    return True


# The forms of a claim

_CODE = (  # no other last letter is in use, so a slip of l for 1 is seen; K2 to K9 and W to Z begin diagnoses
    r"(?:[0-9]{4}[0-9AFMTU]|[A-JL-V][0-9]{4}|K[01][0-9]{3})"
)
_STOP = r"(?![0-9A-Z])"
_END = rf"(?:{_STOP}|(?=x\s*+[0-9]))"  # units may follow at once, as in 44121x2
_UNITS = r"[0-9]{1,6}"
_TIMES = r"(?:units?|times|x(?!\s*+[0-9]))"
_MM = r"[0-9A-Z]{2}"
_AND = r"(?:[&+•]|(?:and|plus|also|with)(?![A-Z])|w/(?!o))"
_WORD = rf"(?:(?:{_AND}|(?:CPT|HCPCS|codes?|claim|answer|bill|report|lines?)(?![A-Z])[:#.-]*+)\s*+)*+"
_START = (  # what may stand between the beginning of a line and the end of its code
    rf"{_WORD}(?P<number>\(?(?:[0-9]{{1,2}}|[A-Z]|[IVX]{{2,4}})[.):]\s*+)?{_WORD}"
    rf"(?:(?P<count>[0-9]{{1,3}})(?P<times>\s*+[x*]\s*+|\s*+-\s*+|\s++))?\+*+\s*+(?P<code>{_CODE}){_END}"
)


def _regex(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_WHOLE_CODE = _regex(_CODE)
_SOFT = _regex(rf"(-?)\b([0-9A-Z]*+{SOFT_HYPHEN}[0-9A-Z{SOFT_HYPHEN}]*+)")
_BREAK = re.compile(r"[;\n\r]")
_WRAPPED = re.compile(r"\s*+[(\[{]([^()\[\]{}]*+)[)\]}][\s.]*+")
_HEAD = _regex(rf"\s*+(?:o\s++)?(?:[-*•+>#]\s*+)*+{_START}")
_NEXT = _regex(rf"(?P<joint>(?:\s*+(?:[,.:]|{_AND}))*+)\s*+{_START}")
_NO_MORE = re.compile(r"[\s.,!]*+\Z")
_TITLE = _regex(  # the first row of a table, or a word before the claim
    r"[\s:]*+(?:(?:CPT|HCPCS|codes?|modifiers?|mods?|units?|qty|lines?|my|claim|answer|no|#)[\s.:,]*+)++"
)
_TOKEN = _regex(  # what may follow a code, the kind of it by the name of its group
    rf"[\s,:]*+(?P<in1>[(\[])?\s*+[x*]\s*+(?P<x>{_UNITS})(?:\s*+units?)?{_END}(?(in1)\s*+[)\]])",
    rf"\s*+-++\s*+(?P<mark>{_MM}){_END}",
    rf"\s*+,\s*+(?P<more>{_MM}){_END}(?!\s*+{_TIMES}{_STOP})",
    rf"\s*+[(\[]\s*+(?P<boxed>{_UNITS})\s*+[)\]]",  # units, unless it is a modifier
    rf"[\s,:]*+(?P<in2>[(\[])?\s*+(?P<units>[0-9]{{1,3}})\s*+{_TIMES}{_STOP}(?(in2)\s*+[)\]])"
    rf"(?!\s*+\+?{_CODE})",
    rf"[\s,:]*+(?P<in3>[(\[])?\s*+(?:units?|qty)\s*+[:=.]?\s*+(?P<named>{_UNITS}){_STOP}(?(in3)\s*+[)\]])",
    rf"[\s,]*+(?P<often>once|twice|thrice){_STOP}",
    rf"[\s,]*+(?P<in4>[(\[])?\s*+(?:with\s++|w/\s*+)?(?:modifiers?|mods?)[.:]?\s*+-?\s*+(?P<said>{_MM}){_STOP}"
    r"(?(in4)\s*+[)\]])",
    rf"\s*+(?:with\s++|w/\s*+)-?(?P<beside>{_MM}){_STOP}",
    rf"\s*+[(\[]\s*+(?P<several>-?{_MM}(?:[\s,/-]++{_MM})*+)\s*+[)\]]",
    # a number or a modifier alone, after a space or in a column
    rf"(?P<bare>\s++(?:[0-9]{{1,3}}|[A-Z][A-Z0-9]){_STOP})(?![.)]\s*+[0-9A-Z+])",
)
_DIAGNOSIS = _regex(
    r"[\s,•*(-]*+(?:(?:ICD[0-9A-Z-]*|dx|diagnos[ie]s)[\s:]++)?(?P<icd>[A-TV-Z][0-9][0-9A-Z]"
    r"(?:\.[0-9A-Z]{1,4}|[0-9A-Z]{1,4})?)(?![0-9A-Z.])"
)
_EITHER = _regex(rf"\s*+(?:(?:and)?\s*+/(?:or{_STOP})?|or{_STOP})\s*+{_CODE}{_STOP}")
_ANOTHER = _regex(rf"[^0-9A-Z]*+(?:x\b)?[^0-9A-Z]*+{_CODE}{_STOP}")
_SLIPS = re.compile(r"(?<![0-9A-Za-z])(?=[A-Za-z]*+[0-9])[0-9lIoO]{5}")
_AS_DIGITS = str.maketrans("lIoO", "1100")
_ASKED = _regex(r"\b(?:query|ask)\b")
#: The form of a modifier in words: an example would put one into the reader's head.
_MARK = "A modifier is two characters, after the code and a hyphen."
_OFTEN = {"once": "1", "twice": "2", "thrice": "3"}

# A claim, line by line


@dataclass
class _Typed:
    """One line as it is read: the code and what was found behind it."""

    code: str
    head: re.Match[str]
    units: int = 0
    marks: list[str] = field(default_factory=list)
    #: Numbers that stand alone: each with whether it has a column of its own, and the place.
    bare: list[tuple[str, bool, str]] = field(default_factory=list)

    def __str__(self) -> str:
        return str(Line(self.code, self.units or 1, tidy(self.marks)))

    def count(self, number: str, place: str) -> None:
        """Note the units."""
        if self.units:
            raise _Unread(place, f"the units are given twice. Write {self}.", str(self))
        if not 1 <= int(number) <= MAX_UNITS:
            says = f"units are a number from 1 to {MAX_UNITS} after an x. One unit is {self.code} alone."
            raise _Unread(place, says, self.code)
        self.units = int(number)

    def mark(self, modifier: str, place: str) -> None:
        """Note a modifier."""
        if modifier.upper() not in MODIFIERS:
            says = f"{modifier.upper()} is not a modifier known here. {_MARK} Without one it is {self}."
            raise _Unread(place, says, str(self))
        self.marks.append(modifier.upper())

    def either(self, number: str, place: str) -> _Unread:
        """The error of a number that may be units or a modifier."""
        says = f"{number} units, or modifier {number}? write x{number} or -{number}."
        return _Unread(place, says, f"{self.code} x{number}", f"{self.code}-{number}")


def _claim(plain: str, lines: list[Line]) -> None:
    """Add the lines of a claim; raises `_Unread` at the first place that is none."""
    wrapped = _WRAPPED.fullmatch(plain) if plain.lstrip()[:1] in ("(", "[", "{") else None
    titles: list[str] = []
    for part in _BREAK.split(wrapped[1] if wrapped else plain):
        if not part.strip() or (lines and not part.strip(" \t.")):
            continue
        if not lines and not titles and _TITLE.fullmatch(part):
            titles.append(part)
        else:
            _part(part, lines)
    if titles and not lines:
        raise _no_code(titles[0])


def _part(text: str, lines: list[Line]) -> None:
    """Add the lines of one stretch between breaks."""
    head = _HEAD.match(text)
    if not head and _NOT.match(text):
        raise _left_out(text, show(lines))
    if not head:
        raise _no_code(text)
    numbered = head["number"] or ""
    while True:
        typed = _Typed(head["code"].upper(), head)
        at, boxed = _rest(text, head.end(), typed)
        line = _settled(typed)
        head = None if at == len(text) else _next(text, at, bool(numbered))
        if head and boxed and not head["joint"] and numbered.startswith("("):
            raise _line_or_units(typed.code, str(typed.units), text[boxed:])
        if not head and not _NO_MORE.match(text, at):
            raise _stuck(text, at, typed)
        lines.append(line)
        if not head:
            return


def _rest(text: str, at: int, typed: _Typed) -> tuple[int, int]:
    """Read what follows a code; gives where that ends, and where the last of it began if it was a number in
    brackets."""
    boxed = 0
    while at < len(text) and not _NOT.match(text, at) and (found := _TOKEN.match(text, at)):
        kind = found.lastgroup or ""
        if not _take(typed, kind, found[kind].strip(), text[at:], "\t" in found[0]):
            break
        boxed = at if kind == "boxed" else 0
        at = found.end()
    return at, boxed


def _take(typed: _Typed, kind: str, said: str, place: str, column: bool) -> bool:
    """Note one thing that follows a code; False where it is none after all."""
    if kind == "x" and len(said) == len(typed.code):
        return False  # another code
    if kind in ("x", "units", "named", "often"):
        typed.count(_OFTEN.get(said.casefold(), said), place)
    elif kind == "boxed" and said in MODIFIERS:
        raise typed.either(said, place)
    elif kind == "boxed":
        typed.count(said, place)
    elif kind in ("mark", "said", "beside"):
        typed.mark(said, place)
    elif kind == "several":
        _several(typed, said, place)
    elif kind == "more" and not typed.marks and not (said.isalpha() and said in MODIFIERS):
        typed.mark(said, place)
        raise _Unread(place, f"the first modifier follows a hyphen. Write {typed}.", str(typed))
    elif kind == "more":
        typed.mark(said, place)
    elif said.isdecimal():
        typed.bare.append((said, column, place))
    elif said in MODIFIERS:
        typed.mark(said, place)
    else:
        return False
    return True


def _several(typed: _Typed, said: str, place: str) -> None:
    """Modifiers in brackets; one that is a number alone was told apart before."""
    for modifier in re.findall(r"[0-9A-Za-z]{2}", said):
        typed.mark(modifier, place)


def _settled(typed: _Typed) -> Line:
    """The line; raises `_Unread` where a number that stands alone could be two things."""
    for number, column, place in typed.bare:
        if number not in MODIFIERS and column:
            typed.count(number, place)
        elif number not in MODIFIERS:
            form = f"{typed.code} x{int(number) or 1}"
            raise _Unread(place, f"units follow an x. Write {form}.", form)
    count = typed.head["count"]
    if count and (typed.head["times"].strip() in ("x", "X", "*") or not int(count)):
        typed.count(count, typed.head[0])
    elif count and not typed.units and int(count) != 1:
        raise _line_or_units(typed.code, count, typed.head[0])
    for number, _, place in typed.bare:
        if number in MODIFIERS and not typed.units:
            raise typed.either(number, place)
    typed.marks += [number for number, _, _ in typed.bare if number in MODIFIERS]
    return Line(typed.code, typed.units or 1, tidy(typed.marks))


def _next(text: str, at: int, numbered: bool) -> re.Match[str] | None:
    """The head of a further line in the same stretch, if one stands there."""
    head = _NEXT.match(text, at)
    if not head or (head["count"] and not head["joint"]):
        return None
    return None if head["number"] and not numbered else head


# What to say of what could not be read


def _line_or_units(code: str, number: str, place: str) -> _Unread:
    says = f"{number} units, or line {number}? Write {code} x{number}, or {code}."
    return _Unread(place, says, f"{code} x{number}", code)


def _left_out(place: str, filed: str) -> _Unread:
    only = f": {filed}" if filed else ", or query alone"
    return _Unread(place, f"what is not filed is left out. Write only what is{only}.", filed or "query")


def _diagnosis(code: str, form: str, place: str) -> _Unread:
    says = f"{code.upper()} looks like a diagnosis; diagnoses have a box of their own."
    return _Unread(place, f"{says} Here stand codes such as {form}.", form)


def _no_code(part: str) -> _Unread:
    """No line begins here."""
    codes = _codes(part)
    if asked := _ASKED.search(part):
        return _Unread(part if codes else asked[0], _ALONE, "query", *codes[:1])
    if found := _DIAGNOSIS.match(part):
        return _diagnosis(found["icd"], codes[0] if codes else _CLAIM, part)
    if codes:
        return _Unread(part, f"a line starts with a five-character code. Write {codes[0]}.", codes[0])
    return _Unread(part, f"a line starts with a five-character code, such as {_CLAIM}.", _CLAIM)


def _codes(part: str) -> list[str]:
    """The codes in a stretch that could not be read, slips of letter for digit set right."""
    plain = re.sub(r"(?<=[0-9]{2})[,. ](?=[0-9]{3}(?![0-9]))", "", part)
    plain = _SLIPS.sub(lambda slip: slip[0].translate(_AS_DIGITS), plain)
    return [c.upper() for c in re.findall(rf"(?<![0-9A-Z]){_CODE}{_STOP}", plain, re.IGNORECASE)]


def _stuck(text: str, at: int, typed: _Typed) -> _Unread:
    """A line that goes on with something that is neither units nor a modifier."""
    place = text[at:]
    if _NOT.match(place):
        return _left_out(place, str(typed))
    if found := _DIAGNOSIS.match(place):
        return _diagnosis(found["icd"], str(typed), place)
    if _ASKED.search(place):
        return _Unread(place, _ALONE, "query", str(typed))
    if _EITHER.match(place) or _ANOTHER.match(place):
        both = "; ".join([str(typed), *_codes(place)[: MOST_FORMS - 1]])
        if _EITHER.match(place):
            return _Unread(place, f"both, or one of them? Write {both}, or one alone.", both, str(typed))
        return _Unread(place, f"put a semicolon between codes. Write {both}.", both)
    says = "units follow an x, and each modifier a hyphen."
    return _Unread(place, f"{says} Up to here it reads {typed}.", str(typed))
