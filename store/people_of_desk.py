"""Who stands in for whom, who is in a user group, who has left: what staffs the roles of a policy."""

from typing import Final

from store.pool import Connection
from workflows.policy.people import Absence, People

_ABSENCES: Final = "select member, deputy, until from absences where desk_id = %s and ended_at is null order by id"
_GROUPS: Final = """
    select user_group, array_agg(user_id order by user_id) as members from group_members where desk_id = %s
    group by user_group
"""
_GONE: Final = "select user_id from members where desk_id = %s and standing <> 'active'"


async def people_of(connection: Connection, desk_id: str) -> People:
    absences = await (await connection.execute(_ABSENCES, [desk_id])).fetchall()
    groups = await (await connection.execute(_GROUPS, [desk_id])).fetchall()
    gone = await (await connection.execute(_GONE, [desk_id])).fetchall()
    return People(
        absences=tuple(Absence(row["member"], row["deputy"], row["until"]) for row in absences),
        groups={row["user_group"]: tuple(row["members"]) for row in groups},
        gone=frozenset(row["user_id"] for row in gone),
    )
