"""Tests come in another order each time, but the cells of a notebook do not."""

import pytest


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """After the shuffle: the notebooks last, each from its first cell to its last."""
    cells = [item for item in items if item.path.suffix == ".ipynb"]
    cells.sort(key=lambda item: (item.path.name, int(item.name.rpartition(" ")[2])))
    items[:] = [item for item in items if item.path.suffix != ".ipynb"] + cells
