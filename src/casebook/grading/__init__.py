"""From an answer to a verdict: the wrong rule behind it, the findings, the nearest change, and one wording
for all faces.

Standard library only.
"""

from .feedback import expected, grade_page, rule_as_read
from .findings import Finding
from .item import ONE_READING, PARTLY, Grade, Item, item_of
from .left_open import left_open, question_of

__all__ = [
    "ONE_READING",
    "PARTLY",
    "Finding",
    "Grade",
    "Item",
    "expected",
    "grade_page",
    "item_of",
    "left_open",
    "question_of",
    "rule_as_read",
]
