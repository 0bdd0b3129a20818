"""The words a person types in a terminal."""

from .main import main

__all__ = ["main"]
