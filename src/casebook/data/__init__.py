"""The package's own tables and words, read as text."""

from pkgutil import get_data  # importlib.resources would double the time the core takes to import


def text(name: str) -> str:
    """One file, such as `cms/mue.csv`; FileNotFoundError where there is none."""
    content = get_data(__name__, name)
    assert content is not None  # only for a loader that cannot read data at all
    return content.decode("utf-8")
