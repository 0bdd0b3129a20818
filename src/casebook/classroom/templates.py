"""The pages of the class tools: templates of the package's data, in which all that is put in is escaped."""

from __future__ import annotations

from jinja2 import DictLoader, Environment, StrictUndefined

from casebook.data import text


def environment(*names: str) -> Environment:
    """The templates of these names, such as `pack.html`; what a template asks for and is not given raises."""
    return Environment(
        loader=DictLoader({name: text(name) for name in names}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
