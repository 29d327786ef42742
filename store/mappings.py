"""How a desk reads order files of its own, by name."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from psycopg.types.json import Jsonb

from store.pool import Pool, desk_transaction
from workflows.imports.mapping import ColumnMapping

_SAVE: Final = """
    insert into mappings (desk_id, name, document, saved_at, saved_by)
    values (%(desk)s, %(name)s, %(document)s, clock_timestamp(), %(by)s)
    on conflict (desk_id, name) do update set document = excluded.document, saved_at = excluded.saved_at,
        saved_by = excluded.saved_by
"""
_DELETE: Final = "delete from mappings where desk_id = %(desk)s and name = %(name)s returning name"
_AUDIT: Final = """
    insert into audit (desk_id, chain, at, actor, action, facts)
    values (%(desk)s, '', clock_timestamp(), %(by)s, %(action)s, %(facts)s)
"""


@dataclass(frozen=True, slots=True)
class SavedMapping:
    mapping: ColumnMapping
    saved_at: datetime
    saved_by: str


class Mappings:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def all(self, desk_id: str) -> tuple[ColumnMapping, ...]:
        """By name; the form that `workflows.imports.files.open_orders` takes."""
        return tuple(each.mapping for each in await self.saved(desk_id))

    async def saved(self, desk_id: str) -> tuple[SavedMapping, ...]:
        query = "select document, saved_at, saved_by from mappings where desk_id = %s order by name"
        async with desk_transaction(self._pool, desk_id) as connection:
            rows = await (await connection.execute(query, [desk_id])).fetchall()
        return tuple(
            SavedMapping(ColumnMapping.model_validate(row["document"]), row["saved_at"], row["saved_by"])
            for row in rows
        )

    async def get(self, desk_id: str, name: str) -> ColumnMapping | None:
        query = "select document from mappings where desk_id = %s and name = %s"
        async with desk_transaction(self._pool, desk_id) as connection:
            row = await (await connection.execute(query, [desk_id, name])).fetchone()
        return ColumnMapping.model_validate(row["document"]) if row else None

    async def save(self, desk_id: str, mapping: ColumnMapping, by: str) -> None:
        """Under its name; one of that name is replaced."""
        document = mapping.model_dump(mode="json")
        parameters = {"desk": desk_id, "name": mapping.name, "document": Jsonb(document), "by": by}
        facts = {"mapping": mapping.name, "columns": document["columns"], "words": document["words"]}
        async with desk_transaction(self._pool, desk_id) as connection:
            await connection.execute(_SAVE, parameters)
            await connection.execute(_AUDIT, {**parameters, "action": "mapping.saved", "facts": Jsonb(facts)})

    async def delete(self, desk_id: str, name: str, by: str) -> bool:
        """Whether there was one of that name."""
        parameters = {"desk": desk_id, "name": name, "by": by, "action": "mapping.deleted"}
        async with desk_transaction(self._pool, desk_id) as connection:
            if not await (await connection.execute(_DELETE, parameters)).fetchone():
                return False
            await connection.execute(_AUDIT, {**parameters, "facts": Jsonb({"mapping": name})})
        return True
