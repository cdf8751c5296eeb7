"""What a form on a phone and the workspace share: keys, and letters that the workspace alone opens."""

from analysis.sealing.keys import SECRET, FormKeys, FormKeysLost
from analysis.sealing.letter import MARK, MAX_BYTES, Letter, Signed, letters_in, opened, sealed

__all__ = [
    "MARK",
    "MAX_BYTES",
    "SECRET",
    "FormKeys",
    "FormKeysLost",
    "Letter",
    "Signed",
    "letters_in",
    "opened",
    "sealed",
]
