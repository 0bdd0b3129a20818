"""What a case file may hold beside its operation, and how to say so."""

from __future__ import annotations

from casebook.coding.operation import MOST_READINGS
from casebook.practice.bank import BESIDE, TAUGHT

TOPICS = (*TAUGHT, BESIDE)  # what a case may be about
#: What makes a chart hard to read: nothing, an unread transcript, text carried over, a form, a scanner's
#: short forms, a later note, a resident's words.
NOISES = ("clean", "voice-recognition", "copied-forward", "template", "abbreviations", "addendum", "resident")
CASE_KEYS = (
    "title",
    "about",
    "level",
    "noise",
    "filed",
    "patient",
    "readings",
    "operation",
    "key",
    "authorities",
)
KEY_KEYS = ("claim", "diagnoses", "why", "ask", "tempting")
#: What a key holds, and the same in an author's words.
KINDS: dict[str, tuple[type | tuple[type, ...], str]] = {
    "title": (str, "words"),
    "about": (list, "a list of words, such as [joins]"),
    "level": (int, "1, 2 or 3"),
    "noise": (str, "one word"),
    "filed": (str, "the claim as it was filed, to be judged"),
    "patient": (dict, "age and sex"),
    "key": (dict, "claim:, diagnoses: and why:"),
    "authorities": (
        list,
        "a list of sources, such as [cms-aoc-2024-06]; casebook code prints those of a case's rules",
    ),
    "claim": ((str, int, list), 'a claim such as "44120; 44121", query, or a list of claims'),
    "diagnoses": (list, "a list of codes, such as [K50.012]"),
    "why": (str, "words"),
    "tempting": (dict, 'wrong answers, each with why it tempts, such as {"44120 x2": Two pieces came out.}'),
    "ask": (str, "words"),
}
#: How many there may be of something, or characters in it: several times what any case has needed.
MOST = {
    "title": 200,
    "about": 20,
    "noise": 100,
    "filed": 2_000,
    "patient": 10,
    "key": 20,
    "readings": MOST_READINGS,
    "authorities": 50,
    "claim": 2_000,
    "diagnoses": 50,
    "why": 4_000,
    "tempting": 50,
    "ask": 2_000,
}
OF_WORDS = ("about", "authorities")  # lists that hold words only
