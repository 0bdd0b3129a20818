"""Runs notebooks (nbval), without the checker of addresses that jsonschema would take four seconds to load
for them in every worker."""

import sys

sys.modules["rfc3987_syntax"] = None
pytest_plugins = ["nbval.plugin"]
