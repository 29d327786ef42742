"""An order file by its address: a published sheet, fetched to this disk before it is read."""

import asyncio
import shutil
import tempfile
from functools import partial
from pathlib import Path
from typing import Any, Final

import click

from bot.cli.common import settings
from bot.main.stop import Stop

SCHEMES: Final = ("https://", "http://")
FOLDER: Final = "redtag-sheet-"


class FileOrAddress(click.ParamType[Path]):
    """A file that is there, or an address; what was fetched lives as long as the command."""

    name = "file"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        if not str(value).startswith(SCHEMES) or ctx is None:
            found: Path = click.Path(exists=True, dir_okay=False, path_type=Path).convert(value, param, ctx)
            return found
        folder = tempfile.mkdtemp(prefix=FOLDER)
        try:
            return asyncio.run(fetched(str(value), Path(folder) / "sheet.csv"))
        except BaseException:
            shutil.rmtree(folder)
            raise
        finally:
            ctx.call_on_close(partial(shutil.rmtree, folder, ignore_errors=True))


def is_fetched(file: Path) -> bool:
    return file.parent.name.startswith(FOLDER)


async def fetched(address: str, into: Path) -> Path:
    """Raises Stop."""
    from bot.imports.fetching import SECONDS, fetch_sheet
    from bot.imports.ports import CannotFetch
    from bot.outbound import guarded_session

    private = settings().allow_private_hooks
    async with guarded_session(allow_private=private, seconds=SECONDS) as session:
        try:
            await fetch_sheet(session, address, into, allow_http=private)
        except CannotFetch as failed:
            raise Stop(f"{address} was not imported. {failed}") from failed
    return into
