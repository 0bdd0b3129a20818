"""The package's own tables and words: read as text, and parsed when first asked for."""

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from pkgutil import get_data  # importlib.resources would double the time the core takes to import
from typing import Any, TypeVar

T = TypeVar("T")
#: Files that are tried before they are kept: by name, what is read instead (see `coding.refresh`).
STANDING_IN: dict[str, str] = {}


def text(name: str) -> str:
    """One file, such as `cms/mue.csv`; FileNotFoundError where there is none."""
    if name in STANDING_IN:
        return STANDING_IN[name]
    content = get_data(__name__, name)
    assert content is not None  # only for a loader that cannot read data at all
    return content.decode("utf-8")


def toml(name: str) -> dict[str, Any]:
    """One TOML file, parsed."""
    import tomllib  # slow to import, and not needed before something is asked for

    return tomllib.loads(text(name))


class Lazy(Mapping[str, T]):
    """A mapping that cannot be changed, made when it is first looked at: importing the core stays quick."""

    def __init__(self, make: Callable[[], Mapping[str, T]]) -> None:
        self._make = make

    @cached_property
    def _rows(self) -> Mapping[str, T]:
        return self._make()

    def __getitem__(self, key: str) -> T:
        return self._rows[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)
