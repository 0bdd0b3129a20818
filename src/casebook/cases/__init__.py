"""From a file to a case: read, numbered, and checked with messages that name file and line."""

from casebook.errors import CaseError

from .case import (
    LARGEST,
    MARK,
    SCHEMA,
    Case,
    beyond,
    cases_folder,
    distinct,
    given_by_all,
    library,
    load,
    root,
)
from .checking import check, key_answers, must_be_sound, ran_out, unsaid
from .keys import CASE_KEYS, KEY_KEYS, NOISES, TOPICS

__all__ = [
    "CASE_KEYS",
    "KEY_KEYS",
    "LARGEST",
    "MARK",
    "NOISES",
    "SCHEMA",
    "TOPICS",
    "Case",
    "CaseError",
    "beyond",
    "cases_folder",
    "check",
    "distinct",
    "given_by_all",
    "key_answers",
    "library",
    "load",
    "must_be_sound",
    "ran_out",
    "root",
    "unsaid",
]
