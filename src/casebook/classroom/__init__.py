"""From response files to a class report; assignments, exports, and a class in one room."""

from typing import Any

_HANDED = {
    "Room": "room",
    "projector": "room",
    "read_hands": "room",
    "cohort": "tables",
    "frame_of": "tables",
}


def __getattr__(name: str) -> Any:
    """What a lesson needs, loaded only when it is asked for."""
    from importlib import import_module

    if name in _HANDED:
        return getattr(import_module(f"{__name__}.{_HANDED[name]}"), name)
    raise AttributeError(name)
