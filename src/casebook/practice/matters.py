"""The words that people use of what a note leaves open: how to see that a sentence is about it, asks it, or
gives one answer to it.

Patterns over plain lower-case text. They know the language of operative reports, no case.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from casebook.grading.left_open import Matter

JOIN = r"(?:anastomos[ie]s|anastomotic sites?|joins?|connections?|reconnections?|hook-?ups?)"
JOINED = (
    r"(?:(?:re-?)?anastomosed|(?:re|inter)?-?connected|(?:re-?)?joined|rejoined|hooked (?:back )?(?:up"
    r"|together)|put back"
    r" together|(?:sewn|stapled|put|brought|sutured) (?:back )?together|back in continuity"
    r"|anastomos[ie]s|(?:re-?)?anastomose|reconnect|join)"
)
KEPT = (
    r"(?:left (?:in (?:place|situ|continuity)|intact|alone|behind|standing|undisturbed|as it was)|left|leave|"
    r"kept|keep|preserved?|spared?|stay(?:ed)?|remain(?:ed|s)?|retain(?:ed)?|intact|saved?|salvaged?|still"
    r" (?:there|in place|present|standing|intact)|in place|in situ|in continuity|untouched|undisturbed"
    r"|survived?|not"
    r" (?:resected|removed|taken|excised|disturbed)|stood)"
)
GONE = (
    r"(?:resect(?:ed)?|removed?|tak(?:en|e|ing)|took|excised?|sacrificed?|included?|including"
    r"|cut out|came out|gone|"
    r"undone|dismantled|redone|redo|revised?|discarded|went with|part of the"
    r" (?:specimen|resection)|en bloc)"
)
#: Words that end the reach of a subject: what follows is said of something else.
_STOPS = (
    r"(?:after|when|once|before|while|following|which|who|because|since|what|how|where|inside"
    r"|outside|within|relation|relative|from|then|an|not|no|never|during)"
)
_WORD = rf"(?:(?!{_STOPS}\b)[\w'/-]+)"


def reach(about: str, value: str, after: int = 7, before: int = 3) -> str:
    """A value said of its subject: within some words after it, or right before it."""
    small = r"(?:the|that|this|also|any|of|all|both|your|it|with|too|out|down|your)"
    return (
        rf"{about}(?:[\s,:;(-]+{_WORD}){{0,{after}}}?[\s,:;(-]+{value}\b"
        rf"|{about},? \(?(?:which|that)(?: had| has| was| were| been)* {value}\b"
        rf"|\b{value}(?:\s+{small}){{0,{before}}}\s+{about}"
    )


MOST_WORDS_OF_A_REASON = 6


@dataclass(frozen=True)
class Words:
    """How one matter is spoken of. `answers`: of each possible answer, the pattern that gives it, and the
    bare words that give it in a list of choices. `literal`: a count must stand in the chart as it is said."""

    about: re.Pattern[str]
    asks: re.Pattern[str]
    answers: tuple[tuple[str, re.Pattern[str], re.Pattern[str]], ...]
    literal: bool = False
    listed: re.Pattern[str] = re.compile("")  # what a sentence holds whose list of choices is of this matter
    part: re.Pattern[str] = re.compile("(?!)")  # what is near it and does not settle it

    def given(self, text: str, tail: str = "") -> dict[str, str]:
        """The answers that a sentence gives, each with its words. `tail` is its list of choices."""
        found = {}
        for name, said, bare in self.answers:
            hit = said.search(text) or (bare.search(tail) if tail and self.listed.search(text) else None)
            if hit:
                found[name] = hit[0]
        return found

    def bare(self, choice: str) -> dict[str, str]:
        """The answers that one choice of a list gives, in bare words."""
        return {name: hit[0] for name, _, words in self.answers if (hit := words.search(choice))}

    def told(self, reason: str) -> dict[str, str]:
        """The answers that a reason gives: "since there were two". A short one gives them in bare words."""
        bare = self.bare(reason)
        return self.given(reason) or (bare if len(reason.split()) <= MOST_WORDS_OF_A_REASON else {})


def _p(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{pattern})")


def _e(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{pattern})\b")


WHAT = (
    r"(?:what|how|which|where|describe|clarify|explain|specify|detail|indicate|state|document|tell|elaborate|"
    r"say|comment|list|name|outline|give|addend)"
)


def _asks(about: str) -> re.Pattern[str]:
    """An open word before or after what it is about, in one sentence."""
    return re.compile(rf"\b{WHAT}\b.*?\b(?:{about})|\b(?:{about})\b.*\b(?:what|how|which|where)\b")


@cache
def words(matter: Matter, least: int = 0) -> Words | None:
    """The words for one matter; None where there are none yet. `least`: the anastomoses that every reading
    makes."""
    if matter.id == "joins":
        return _joins(least)
    if matter.id == "bridge":
        return _subject(
            r"(?:purple|dusky|edematous|questionable|marginal)(?:,? \w+)? (?:bowel|segment|loop|piece|part"
            r"|portion)"
            r"|lay between|(?:interven\w+|in[- ]?between|middle|bridge\w*|bridging"
            r"|interposed)(?: (?:small |piece of |segment of )?"
            r"(?:bowel|segment|portion|loop|piece|stretch|part|section|ileum|jejunum|intestine|area))?"
            r"|(?:bowel|segment|portion|piece|stretch|part|section|loop|intestine)(?: (?:that"
            r"|which))?(?: (?:lay|lies|was|lying|located|found|of"
            r" bowel|in))? between(?: (?:the|these|those|both|two|2|black|dead|infarcted|necrotic"
            r"|resected|removed|first|and|second|diseased))*"
            r"(?: (?:segments?|sites?|pieces?|areas?|ones?|them|resections?|regions?|parts?))?",
            KEPT,
            GONE,
        )
    if matter.id == "first-join":
        return _subject(
            rf"(?:first|primary|initial|earlier|original|previous|prior|upper)(?: \w+)? {JOIN}"
            rf"|{JOIN} (?:(?:that|which)(?: was| were)? )?(?:made|done|created|performed|constructed"
            rf"|described)(?: \w+){{0,3}} (?:first"
            rf"|earlier|right away)|(?:first|primary|initial|earlier) (?:staple line|one)|staple line(?!s)"
            rf"|(?:upper|proximal|top|cranial)(?: \w+)? (?:line|margin|edge|limit|extent|side|border|cut)",
            KEPT + r"|outside",
            GONE + r"|(?:taken|took|take) (?:down|apart|out)|inside|within",
        )
    if matter.id == "ends":
        return _ends(matter)
    if matter.id == "act":
        return _act(matter)
    return {"approach": _approach, "valve": _valve, "stoma": _stoma}.get(matter.id, lambda: None)()


def _subject(about: str, kept: str, gone: str) -> Words:
    about = rf"(?:{about})"
    return Words(
        _e(about),
        _asks(about),
        (
            ("stayed", _p(reach(about, f"(?:{kept})")), _e(kept)),
            ("went", _p(reach(about, f"(?:{gone})")), _e(gone)),
        ),
    )


def _joins(least: int) -> Words:
    many = (
        r"(?:two|2|both|second|another|additional|separate|more than one|multiple|several|three"
        r"|3|extra|further)"
    )
    if least > 1:  # every reading makes two, one after the other: only how many stood is open
        many = r"(?:two|2|both|separate|more than one|multiple|several|three|3)"
    one = r"(?:one|single|1|sole|lone|common)"
    place = r"(?:segment|site|resection|piece|area|gap)"
    return Words(
        _e(
            rf"{JOIN}|(?:final|bowel) (?:bowel )?(?:anatomy|configuration)|continuity|(?:re-?)?anastomosed"
            rf"|reconnect\w*|rejoined|reconstruct\w*|ends of"
            rf" (?:the )?(?:bowel|ileum)|bowel ends|(?:cut|stapled|remaining|two|four) ends"
        ),
        re.compile(
            rf"\b(?:how many|number of|what number|total)\b.*\b{JOIN}|\b{JOIN}.*\b(?:how many|number)\b"
            rf"|\b(?:where|which|what|location of|locations of|describe|clarify|explain|specify|detail"
            rf"|identify|list|outline)\b.*\b(?:{JOIN}|ends?|limbs?|continuity|anastomosed|joined"
            rf"|reconnected|rejoined|connected|reconstruct\w*)\b"
            r"|\bhow\b.*\b(?:continuity|ends?|limbs?|reconnected|rejoined|restored|reconstructed"
            r"|put (?:back )?together)\b"
        ),
        (
            (
                "one",
                _p(
                    rf"(?<!than ){one}(?: \w+){{0,2}} {JOIN}\b|{JOIN} was (?:single|one)\b"
                    r"|if (?:it|there) was (?:only )?one\b|joined"
                    rf" (?:once|all at once|together in one)\b"
                ),
                _e(rf"{one}|once"),
            ),
            (
                "more",
                _p(
                    rf"(?<!how many ){many}(?: [\w-]+){{0,2}} {JOIN}\b|(?:each|both)(?: \w+)? {place}s?(?:"
                    rf" \w+){{0,3}} (?:own )?(?:anastomos\w+|joined|reconnected|joins?)\b"
                    r"|(?:joined|anastomosed|reconnected) (?:separately|each|both|the two)\b"
                    rf"|{JOIN} (?:at|in|for) (?:each|both)\b"
                    r"|if (?:it was|there were) (?:two|2)\b|where (?:was|is) the (?:second|other) one\b"
                ),
                _e(r"(?<!the )two|2|both|three"),
            ),
        ),
        literal=True,
        listed=re.compile(rf"\b(?:how many|number|count|{JOIN})\b"),
    )


def _ends(matter: Matter) -> Words:
    near = _place_words(matter.place)
    site = (
        rf"(?:(?:{near})(?: \w+){{0,2}} (?:segment|site|resection|ileum|part|piece|area|one|loop"
        rf"|ends?|bowel|gap)|(?:{near})(?<!ileum)(?<!jejunum)(?= (?:was|were|is)\b))"
    )
    ends = (
        r"(?:(?:cut|bowel|stapled|divided|transected|two|both|open|free|remaining|resulting|proximal"
        r"|distal|upper|lower)(?: and \w+)? )*(?:ends?(?! of (?:the|this|that|your) (?:operation|case"
        r"|procedure"
        r"|surgery|day))|limbs?|stumps?|margins|staple lines?)(?: of (?:the"
        r" )?(?:bowel"
        r"|ileum|small bowel|small intestine|intestine))?"
    )
    about = rf"(?:{site}|{ends})"
    left = (
        r"(?:left (?:\w+ ){0,4}(?:discontinuity|stapled|open|unjoined|closed|inside|blind|apart|off"
        r"|place)|in discontinuity|discontinuous|"
        r"stapled (?:off|shut|closed|inside)|unjoined|not (?:joined|anastomosed|reconnected|connected)"
        r"|disconnected|closed off|closed|oversewn|"
        r"mucous fistula)"
    )
    joined = rf"(?:{JOINED})"
    return Words(
        _e(rf"{about}|discontinuity|(?:{near})|anastomosed|joined|secured|continuity"),
        _asks(rf"{about}|discontinuity|secured|continuity|(?:{near}) (?:segment|site|part|resection)"),
        (
            (
                "joined",
                _p(
                    rf"{reach(about, joined, 6)}|(?:{near})(?: \w+)? {JOIN}\b|{JOIN} (?:at|of|for|in"
                    rf"|on)(?: the)? (?:{near})\b"
                    rf"|(?:an|the|any|your) anastomosis\b|anastomosis was (?:made|done|performed"
                    rf"|created|constructed)\b"
                ),
                _e(joined),
            ),
            (
                "apart",
                _p(
                    rf"{reach(about, left, 6)}|left in discontinuity\b|no anastomosis\b"
                    r"|(?:the|that|this) discontinuity\b"
                ),
                _e(left + "|no anastomosis|discontinuity|brought out|left|stapled|blind"),
            ),
        ),
    )


def _place_words(name: str) -> str:
    plain = re.findall(r"[a-z]+", name.lower())
    telling = [w for w in plain if w not in ("the", "a", "segment", "of", "first", "in", "with", "stricture")]
    return "|".join(telling) or "site"


_PART = (
    r"(?:(?:edge|biops\w+|part|piece|fragment|strip|wedge|sample)s?(?: or \w+)? of (?:the |its"
    r" )?(?:bowel )?wall|biops(?:y|ies)|wedge)"
)


def _act(matter: Matter) -> Words:
    near = _place_words(matter.place)
    near = f"{near}|jejunum" if "jejunal" in near else near
    noun = r"(?:stricture|one|site|segment|area|lesion|narrowing|spot|place)"
    about = (
        rf"(?:(?:{near}|second|other)(?: \w+)? {noun}|both (?:strictures|sites|places)"
        rf"|(?:{near})\b|specimen (?:2|two)|second specimen"
        r"|transverse\w*|lengthwise|(?:this|that) (?:stricture|site|tissue|specimen)|put back together"
        r"|circumference|(?:full|whole|complete|entire) ring)"
    )
    plasty = r"(?:strictur[eo]?-?plast\w+|plasty|sxp|widen\w*|heineke[\w -]*)"
    ring = (
        r"(?:resect(?:ed|ion)?|full[ -]ring|(?:complete|whole|entire) ring|ring of|segmental\w*|segment"
        r" (?:was )?(?:removed|taken|resected)|removed|"
        r"full[ -](?:thickness )?(?:segment|circumference)|circumferential\w*|anastomosed|anastomos[ie]s)"
    )
    return Words(
        _e(rf"{about}|strictur\w+|excis\w+|{plasty}"),
        _asks(rf"{about}|excised|excision|stricturoplasty"),
        (
            ("stricturoplasty", _p(plasty + r"\b"), _e(plasty)),
            (
                "resection",
                _p(
                    rf"{reach(about, ring, 7)}|(?:full|complete|whole|entire) ring\b|small bowel resection\b"
                    r"|(?:second|jejunal|another) anastomosis\b|(?:second"
                    r"|another)(?: small)?(?: bowel)? resection\b"
                ),
                _e(ring + "|excision|full"),
            ),
            ("part of the wall", _e(_PART), _e(_PART)),
        ),
    )


def _approach() -> Words:
    lap = (
        r"(?:(?<!began )(?<!started )(?<!initially )(?<!begun )(?<!begin )"
        r"laparoscop\w*(?! (?:start|beginning|at first|then|to begin)|,? initially)|minimally invasive\w*"
        r"|lap|extracorporeal\w*|(?:drawn|brought|pulled"
        r"|delivered|exteriori[sz]\w+)(?: out| through)?|"
        r"extract\w*|(?:to|let) (?:remove|bring|get|take|deliver|draw|pull)\b.{0,30}(?:out|specimen)?"
        r"|inside|assisted)"
    )
    opened = (
        r"(?:open|convert\w*|conversion(?! (?:field|line|box|section|entry|item|blank|is blank"
        r"|status))|laparotomy|under direct vision|direct vision|through the (?:wound|incision|cut))"
    )
    topic = (
        r"(?:approach|incision|convert\w*"
        r"|conversion(?: (?:field|line|box|section|entry|item|status))?|extended|extension|completed"
        r"|carried out|performed|finished"
        r"|done|rest of|remainder|wound"
        r"|operation|procedure|resections?|access|technique|route|enlarg\w+|dissect\w+|divi\w+)"
    )
    return Words(
        _e(rf"{topic}|laparoscop\w*|open(?:ly)?|lap"),
        re.compile(
            r"\bhow(?! many| much| long)\b.*\b(?:operation|procedure|resections?|rest|remainder|surgery"
            r"|case|completed|carried out|carried on|carry on|go on|finished|anastomoses|work|proceed\w*"
            r"|continued?)\b"
            r"|\b(?:what|which|describe|clarify|specify|state|indicate|explain"
            r"|document)\b.*\b(?:approach|route|technique|method|access|way|completed|carried out"
            r"|finished|performed|done|extended|extension|purpose)\b"
            r"|\b(?:purpose|use)\b.*\b(?:incision|extension|wound)\b|\bincision\b.*\bused for\b|\bwhich"
            r" (?:parts|steps|portions?)\b"
        ),
        (
            ("laparoscopic", _e(lap), _e(lap)),
            ("open", _e(rf"{opened}(?!ly stated)"), _e(opened + "|openly")),
        ),
        part=_e(r"length|how long|size of the (?:incision|wound|cut)"),
    )


def _valve() -> Words:
    valve = (
        r"(?:(?:ileocecal |ic |ileo-?c(?:a)?ecal )?valve|icv|c(?:a)?ecum|c(?:a)?ecal (?:cuff|tissue"
        r"|wall|pole))"
    )
    line = (
        r"(?:(?:distal|lower)(?: \w+)? (?:line|margin|division|transection|staple line|cut|resection"
        r"|end|firing)|(?:distal|lower) (?:gia|stapler)|line of (?:division|resection|transection)"
        r"|distal line|transect\w+|divided|(?:second|2nd|last) (?:gia|firing|stapler?|load))"
    )
    taken = rf"(?:{GONE}|removed)"
    return Words(
        _e(
            rf"{valve}|{line}|anastomosed|anastomosis|joined|connected|right side|r side|colon\w*"
            rf"|ileocolic|ileo-?ile\w+|specimen|bowel segment"
        ),
        re.compile(
            rf"\b(?:{WHAT}|identify|location|level|position)\b.*\b(?:{line}|{valve}|distal (?:extent|limit)"
            rf"|extent of|resection (?:ended|end|stop|stopped))"
            r"|\b(?:what|which|where|describe|clarify|specify|state|explain"
            r"|identify)\b.*\b(?:anastomos\w+|joined|connected|attached|brought to|r side|right side"
            r"|structures?\b.*\b(?:specimen|include\w*|including|remov\w+|resect\w+|taken|contain\w*)"
            r"|(?:part|portion"
            r"|section|segment)s? of (?:the )?(?:bowel|intestine|gut))\b|\b(?:what|which) bowel\b(?! prep)"
        ),
        (
            (
                "spared",
                _p(
                    rf"{reach(valve, KEPT)}|(?:proximal to|before|short of|above|upstream of|on the"
                    rf" ileal side of)(?: the)? {valve}\b"
                    r"|ileo-?ileal\b|ileum (?:was |to |with )?(?:anastomosed |joined )?(?:to |with"
                    r" )(?:the )?(?:distal |terminal )?ileum\b|within the (?:terminal )?ileum\b"
                ),
                _e(
                    r"(?:terminal |distal )?ileum|ileo-?ileal|proximal|before|short of|above|spared"
                    r"|preserved|intact|left|ileal"
                ),
            ),
            (
                "taken",
                _p(
                    r"(?:centimeters|cm|length|amount|cuff) of (?:the )?c(?:a)?ecum\b|"
                    rf"{reach(valve, taken)}|(?:distal to|beyond|past|below|through|across|on the"
                    rf" c(?:a)?ecal side of)(?: the)? {valve}\b"
                    r"|ileo-?colic (?:anastomosis|resection)\b|ileo-?c(?:a)?ecal resection\b"
                    r"|ileocecectomy\b|to (?:the )?(?:ascending |right )?(?:colon|c(?:a)?ecum)\b|(?:how"
                    r" much|(?:what|which) (?:part|portion) of(?: the)?) (?:colon|c(?:a)?ecum)\b|resected"
                    r" colon\b"
                ),
                _e(
                    r"(?:ascending |right )?colon|c(?:a)?ecum|ileocolic|distal|beyond|past|below"
                    r"|removed|included|taken|colonic|cecal"
                ),
            ),
        ),
    )


def _stoma() -> Words:
    stoma = r"(?:stoma|ostomy|ileostomy|ileostomies)"
    return Words(
        _e(rf"{stoma}|brought out|matured|exteriori[sz]ed"),
        _asks(rf"{stoma}|brought out|matured|exteriori[sz]ed"),
        (
            (
                "end",
                _p(
                    rf"end[ -]{stoma}\b|end[ -]type\b|cut end\b|terminal {stoma}\b|{stoma} (?:was |is"
                    rf" )?(?:an )?end\b|an end\b|proximal end (?:was |is |as )"
                ),
                _e(r"end|cut end|terminal|brooke"),
            ),
            (
                "loop",
                _p(
                    rf"loop[ -]{stoma}\b|loop[ -]type\b|(?:diverting|protective) (?:loop )?{stoma}\b"
                    rf"|{stoma} (?:was |is )?(?:a )?loop\b|a loop\b(?! of distal)"
                ),
                _e(r"loop|diverting|double[- ]barrel\w*"),
            ),
        ),
    )
