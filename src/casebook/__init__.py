"""An open casebook that teaches, and grades, one hard decision in surgical coding: when CPT 44121 belongs on
the claim.

CPT is a registered trademark of the American Medical Association. This is teaching, not billing advice.
"""

__version__ = "0.1.0"
