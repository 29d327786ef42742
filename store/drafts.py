"""Interviews under way: one a person, saved with each step. There may be no desk yet."""

from datetime import date
from typing import Any, Final

from psycopg.types.json import Jsonb

from store.people_of_desk import people_of
from store.policies import history, policy_of_version
from store.pool import Pool, desk_transaction
from workflows.interview.draft import Draft, Meanwhile
from workflows.interview.last_file import LastFile
from workflows.policy.model import Policy
from workflows.policy.people import People

SAMPLED: Final = 100  # order numbers from each end

_FIND: Final = """
    select document, based_on, step, version from policy_drafts where desk_id = %(desk)s and member = %(member)s
"""
_SAVE: Final = """
    insert into policy_drafts (desk_id, member, document, based_on, step, updated_at)
    values (%(desk)s, %(member)s, %(document)s, %(based_on)s, %(step)s, clock_timestamp())
    on conflict (desk_id, member) do update set document = excluded.document, based_on = excluded.based_on,
        step = excluded.step, version = policy_drafts.version + 1, updated_at = excluded.updated_at
    where policy_drafts.version = %(version)s
    returning version
"""
# An import, or one that was only looked at: of a file in which no order was good nothing else is kept.
_LAST_FILE: Final = f"""
    with files as (
        (select at, file_name as name, preset, counts -> 'words' as words from imports
         where desk_id = %(desk)s order by number desc limit 1)
        union all
        (select created_at, source ->> 'name', report -> 'found' ->> 'preset', report -> 'found' -> 'words'
         from import_jobs where desk_id = %(desk)s and report -> 'found' is not null order by id desc limit 1)
    ),
    numbers as (
        (select number from orders where desk_id = %(desk)s order by number limit {SAMPLED})
        union
        (select number from orders where desk_id = %(desk)s order by number desc limit {SAMPLED})
    )
    select f.name, f.at, f.preset, coalesce(nullif(f.words, 'null'), '[]') as words,
           array(select number from numbers order by number) as numbers,
           coalesce(m.document ->> 'decimal', '') as decimal, coalesce(m.document ->> 'currency', '') as currency,
           (m.document ->> 'day_first')::boolean as day_first
    from files f left join mappings m on m.desk_id = %(desk)s and m.name = f.preset
    order by f.at desc limit 1
"""
_END: Final = "delete from policy_drafts where desk_id = %(desk)s and member = %(member)s"


class Drafts:
    """See `bot.slack.desk.Drafts`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def find(self, desk_id: str, member: str) -> Draft | None:
        async with desk_transaction(self._pool, desk_id) as connection:
            row = await (await connection.execute(_FIND, {"desk": desk_id, "member": member})).fetchone()
        if row is None:
            return None
        document = row["document"]
        odd = tuple(document["odd"])
        return Draft(row["based_on"], document["answers"], odd, row["step"], row["version"])

    async def save(self, desk_id: str, member: str, draft: Draft) -> bool:
        """False where this person saved another one meanwhile, from a second window."""
        parameters: dict[str, Any] = {
            "based_on": draft.based_on,
            "desk": desk_id,
            "document": Jsonb({"answers": dict(draft.answers), "odd": list(draft.odd)}),
            "member": member,
            "step": draft.step,
            "version": draft.version,
        }
        async with desk_transaction(self._pool, desk_id) as connection:
            row = await (await connection.execute(_SAVE, parameters)).fetchone()
        return row is not None

    async def end(self, desk_id: str, member: str) -> None:
        async with desk_transaction(self._pool, desk_id) as connection:
            await connection.execute(_END, {"desk": desk_id, "member": member})

    async def base(self, desk_id: str, version: int) -> Policy | None:
        """The policy as it was applied in that version."""
        return await policy_of_version(self._pool, desk_id, version)

    async def since(self, desk_id: str, version: int) -> tuple[Meanwhile, ...]:
        """What was applied after that version, the newest first."""
        return tuple(
            Meanwhile(each.version, each.applied_by, each.applied_at, each.differences)
            for each in await history(self._pool, desk_id)
            if each.version > version
        )

    async def last_file(self, desk_id: str) -> LastFile | None:
        async with desk_transaction(self._pool, desk_id) as connection:
            row = await (await connection.execute(_LAST_FILE, {"desk": desk_id})).fetchone()
        return LastFile(**{**row, "words": tuple(row["words"]), "numbers": tuple(row["numbers"])}) if row else None

    async def people(self, desk_id: str) -> tuple[People, date]:
        """Who is away or has left, and the day."""
        async with desk_transaction(self._pool, desk_id) as connection:
            people = await people_of(connection, desk_id)
            row = await (await connection.execute("select current_date as today")).fetchone()
        return people, row["today"] if row else date.min
