"""Puts the bundle of the scripts into a wheel, so that a notebook shows the quiz where there is no Node.

An editable install makes it from the scripts when it is first asked for: see casebook/quiz/module.py.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Bundle(BuildHookInterface):  # type: ignore[type-arg]
    """The hook that pyproject.toml names."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before the files are packed; `version` is "editable" or "standard"."""
        if version == "editable":
            return
        root = Path(self.root)
        sys.path.insert(0, str(root / "src"))
        from casebook.quiz import module

        build_data["force_include"][str(module.bundle(root / ".cache"))] = "casebook/quiz/bundle.js"
