"""What a grade says of an answer, by the kind of part."""


def said(graded, kind):
    """The sentences of one kind of part, as one text; None where there is no such part."""
    rows = rows_of(graded, kind)
    return " ".join(row["says"] for row in rows) if rows else None


def rows_of(graded, kind):
    """The rows of one kind of part."""
    return next((part["rows"] for part in graded["feedback"]["parts"] if part["kind"] == kind), [])
