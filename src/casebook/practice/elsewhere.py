"""What a question asks for, where that is another matter than the note leaves open.

A question may quote the chart well and still ask for the cause of the bleeding. What counts is the noun that
is asked for. These are patterns over plain lower-case text; they know no case.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from .phrases import CORE, PLAIN_WORDS, STOP
from .question import asking

#: Matters of their own, which no choice between two readings of an operation rests on.
_MATTER = re.compile(
    r"\b(?:adhesi\w+|(?:entero)?lysis|bleed(?:s|ing|er)?|oo[sz](?:e|ed|ing)|hemorrhag\w+|h(?:a)?emato\w+"
    r"|(?:clinical )?significance|fibrillation|arrhythmia|rhythm|heart|cardiac|fascia\w*|skin|wound"
    r" (?:class|vac"
    r"|care|infection|status|closure)|temporary closure|hernias?|mesh|drains?|nutrition\w*|(?:mal"
    r"|under)nutrition"
    r"|malnourish\w*|bmi|(?:under|over)weight|obes\w+|cachexia|short (?:bowel|gut) syndrome|seps(?:is|es)"
    r"|septic"
    r"|shock|compartment|hypovol\w+|hypotens\w+|infections?|peritonitis|contaminat\w+|abscess\w*"
    r"|purulen\w+|cultures?|diagnos\w+"
    r"|etiolog\w+|causes?|an(?:a)?emi[ac]\w*|coagulopath\w*|thrombo\w+|embol\w+|cirrhosis|kidney|renal"
    r"|dialysis"
    r"|respiratory|ventilat\w+|encephalopath\w+|delirium|diabet\w+|electrolyte\w*|acidosis|lactate|ileus"
    r"|hypertens\w+|medications?|steroids?|anticoagula\w+|apixaban|heparin|antibiotics?|allerg\w+|pregnan\w+"
    r"|malignan\w+|cancer|dysplasia|granuloma\w*|patholog\w+ (?:findings?|diagnosis)|comorbid\w*|severity"
    r"|stage"
    r"|second[- ]look|follow-?\s?up|discharge\w*|prognosis|tobacco|smok\w+"
    r"|pain|urine|catheter|ureter\w*|stents?|implants?"
    r"|appendix"
    r"|appendectomy|gallbladder|ovar(?:y|ies)|anesthe\w+|assistants?|residents?|attending|time-?out"
    r"|(?:sponge|lap"
    r"|instrument|needle)s? counts?|blood loss|ebl|transfus\w+|vasopressors?|pressors?|icg|perfusion"
    r"|viabilit\w+"
    r"|present on admission)\b"
)
#: How an anastomosis was made, which does not tell which bowel it joined, nor how many there were.
_MAKING = re.compile(
    r"\bhand-?\s?(?:sewn|sutured)\b|\b(?:sewn|closed|sutured|done) by hand\b|\bor by hand\b|\bstapled or\b"
    r"|\bor stapled\b|\b(?:iso|anti)peristaltic\b|\bend[- ]to[- ](?:end|side)\b.*\bor\b|\bor\b.*\bend[-"
    r" ]to[- ](?:end"
    r"|side)\b|\b(?:one|two|single|double)"
    r"[- ]layer\w*\b"
    r"|\b(?:technique|method|configuration|orientation|construction|diameter|size)\b(?: used)? (?:of|for|in)"
    r" (?:the |each |both |your |this |that |these )?(?:\w+ )?anastomos[ei]s\b"
)
#: Where what is asked for ends, and a reason, a time or a place begins.
_REST = re.compile(
    r"\b(?:given|because|since|due to|in (?:view|light) of|after|before|when|while|during|following|for which"
    r"|that|which had|considering|so that|as the)\b"
)
_CLAUSE = re.compile(
    r"(?:[,;]|\band\b)\s+(?:and\s+)?(?=(?:how|what|which|where|whether|if|when|why|the|any|its|your|roughly"
    r"|was|were)\b)"
)
#: Words of requests and of their occasion, which name no matter.
_ANY = frozenset(
    "operative surgical medical clinical documentation document documents documented documenting statement"
    " discrepancy conflict conflicting unclear respond response reply hours days review reviewed query"
    " question above below following section line entry field finding findings information"
    " additional clear complete"
    " completed performed accurate correct sign signed return returned body full brief dictated dictation"
    " narrative title procedures surgeries regarding about concerning exact actual final under missing blank"
    " open laparoscopic anastomosis anastomoses resection resections stoma ileostomy stricture strictures"
    " because with need needed request requested further discrepancies inconsistency inconsistent today soon"
    " possible convenience earliest account description meaning meant sense term phrase wording words".split()
)
_COUNT = re.compile(r"\b(?:how many|number)\b")
_HERE = re.compile(r"\b(?:this|that|it|there|these|its)\b")


def another_matter(text: str, about: Iterable[re.Pattern[str]]) -> bool:
    """Whether all that a sentence asks for is a matter of its own, or how an anastomosis was made."""
    patterns = list(about)
    asked = [_head(clause) for clause in _CLAUSE.split(asking(text))]
    beside = [_beside(clause, patterns) for clause in asked]
    others = [clause for clause, off in zip(asked, beside, strict=True) if not off]
    return any(beside) and not any(pattern.search(clause) for clause in others for pattern in patterns)


def specific(text: str) -> set[str]:
    """The words that tell what a sentence asks for, without those of any request and any operation."""
    asked = " ".join(_head(clause) for clause in _CLAUSE.split(asking(text)))
    return {word for word in re.findall(r"[a-z]{4,}", asked) if word not in PLAIN_WORDS | STOP | _ANY}


def _head(clause: str) -> str:
    rest = _REST.search(clause, 12)  # a clause may begin with such a word, and ask: "which ..."
    return clause[: rest.start()] if rest else clause


def _beside(clause: str, about: list[re.Pattern[str]]) -> bool:
    if CORE.search(clause):
        return False
    if _MAKING.search(clause):
        return True
    matter = _MATTER.search(clause)
    return matter is not None and not any(pattern.search(clause, 0, matter.start()) for pattern in about)


def another_place(text: str, before: str, own: set[str], others: set[str]) -> bool:
    """Whether it asks of a place that is settled, and not of the open one. The sets hold beginnings of words.

    A sentence that says "this stricture" is about the place that the text before it names.
    """
    if _COUNT.search(text):
        return False
    if _names(text, own) or _names(text, others):
        return _names(text, others) and not _names(text, own)
    return bool(_HERE.search(text)) and _names(before, others) and not _names(before, own)


def _names(text: str, beginnings: set[str]) -> bool:
    return any(re.search(rf"\b{re.escape(each)}", text) for each in beginnings)
