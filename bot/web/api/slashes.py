"""Order numbers with a slash in them, such as SO/2026/001: written %2F in a path, which servers decode too early."""

from typing import Final
from urllib.parse import unquote

from pydantic import AfterValidator
from starlette.types import Scope

_STANDS_IN: Final = "\ue000"  # from the private use area: no number has it


def _put_back(value: str) -> str:
    return value.replace(_STANDS_IN, "/")


# In the annotation of a path's parameter.
SLASHED: Final = AfterValidator(_put_back)


def keep_slashes(scope: Scope) -> None:
    """Let what was written %2F in the path be part of a parameter."""
    raw: bytes = scope.get("raw_path") or b""
    if b"%2f" not in raw.lower():
        return
    kept = raw.replace(b"%2f", b"%2F").replace(b"%2F", b"%EE%80%80")
    scope["path"] = unquote(kept.decode("latin-1").partition("?")[0])
