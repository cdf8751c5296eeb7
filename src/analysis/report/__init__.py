"""Pages from notebooks.

jsonschema, which papermill and nbformat bring, compiles 38 grammars of internet addresses while it is imported: 1.3 s
of every command, for a format that no notebook has. It goes without them where it does not find their library, so it
is imported here, before anybody else does, as if that one was not installed.
"""

import contextlib
import importlib
import sys

if not {"jsonschema", "rfc3987_syntax"} & set(sys.modules):
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]  # how Python is told that there is none
    with contextlib.suppress(ImportError):
        importlib.import_module("jsonschema")
    del sys.modules["rfc3987_syntax"]
