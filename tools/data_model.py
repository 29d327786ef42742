#!/usr/bin/env python3
"""Describe the tables as PostgreSQL's catalogue has them, in Markdown: `make docs` writes docs/data-model.md with it.

Without an argument a database is made for it, migrated and thrown away; with one, that database is described.
"""

import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg.rows import DictRow, dict_row

from store.embedded import start_embedded
from store.migrate import upgrade

Connection = psycopg.Connection[DictRow]
Rows = Sequence[Mapping[str, Any]]

# In the order in which somebody new best reads them.
PURPOSES: Final[Mapping[str, str]] = {
    "desks": "One desk is one Slack workspace, and one tenant. `policy_version` is the policy in force.",
    "policies": "Every version of a desk's policy, with the sentences that say what it changed.",
    "role_grants": "Who had which role from when to when, as the policies of their time said.",
    "members": "What Slack said of a person, and when it was last asked.",
    "counters": "The last number given to a request, a hold and the like: one row a desk, locked just before commit.",
    "orders": "An order as the newest file that changed it has it. `placed_total` is the total of its first file.",
    "order_lines": (
        "The lines of an order in units. `key` is the line's identity in its source; the steps from `allocated` to "
        "`delivered` each count the units that came at least so far."
    ),
    "bulks": "Many orders that somebody asked about at once, with what is asked for all of them.",
    "bulk_rounds": "What one person wants done about orders of a bulk: ask, approve, reject or withdraw.",
    "bulk_steps": "One order of a round, and what came of it: the same result that a single request is answered.",
    "requests": (
        "Something that somebody asked for and others sign. `sign` is who must sign, `seen` the order as the one who "
        "asked saw it."
    ),
    "request_targets": "What a pending request claims, so that nobody asks for it twice. Deleted by the decision.",
    "decisions": "One person's word on a request: one each, whatever they click.",
    "holds": "What stops an order. Open are `requested`, `active` and `release_requested`; one open hold a reason.",
    "status_changes": "A committed change of which the system of record has yet to hear.",
    "request_followers": "Members who want to hear of the outcome of somebody else's request.",
    "hook_calls": (
        "A call to another system: the bytes as they were stored with the approval, and how sending them went. Its "
        "foreign key reaches only requests that are approved."
    ),
    "cards": "Where the approval cards of a request stand in Slack, so that they can be drawn again.",
    "notices": "The outbox: what must reach a person. Written with the change it tells of, sent afterwards.",
    "lanes": "Who is sending to a destination, and when it may be used again: a lease and a pace in one.",
    "audit": "What happened, chained by hashes: one chain an order, one of the desk (an empty `chain`). Append-only.",
    "audit_heads": "The last entry of each chain. Only the trigger that chains writes it.",
    "inbound": "What has arrived from Slack, and the result it was given, so that the same request twice is one.",
    "imports": "Every order file that was taken in, with its hash and what it came to.",
    "import_rows": "Where an import stages its file. Emptied by the import; no row outlives it.",
    "mappings": "How the columns of a desk's own order files are read, by name.",
    "import_jobs": "An import begun in Slack or by a schedule: previewed, confirmed, then done by a worker.",
    "export_batches": "What the system of record was told, a batch at a time, byte for byte.",
    "exceptions": "A fact that contradicts a decision, such as a cancelled unit that shipped anyway.",
    "api_keys": "Keys of other systems. Only a hash of the secret is stored.",
    "api_writes": "Writes of systems by their idempotency key, with what they were answered.",
    "gate_counts": "How often a key asked on a day whether orders may ship, and how often the answer was no.",
    "gate_refusals": "The orders that a key was told on a day not to ship: the first time is in the audit.",
    "slots": "Strokes of the clock: whoever inserts the row does its work, in the same transaction.",
    "absences": "Who signs for whom while they are away.",
    "group_members": "The members of a Slack user group, as Slack last listed them.",
    "home_views": "Who has opened their Home tab, and what they chose to see of the queue there.",
    "policy_drafts": "Interviews under way: one a person, begun on a version of the policy.",
    "alembic_version": "The migration at which the database is.",
}

TABLES: Final = """
    select c.relname as name, c.relrowsecurity and c.relforcerowsecurity as secured, c.relpersistence = 'u' as unlogged
    from pg_class c where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
"""
COLUMNS: Final = """
    select a.attname as name, format_type(a.atttypid, a.atttypmod) as type, not a.attnotnull as nullable,
           case when a.attidentity <> '' then 'identity' else pg_get_expr(d.adbin, d.adrelid) end as given
    from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where a.attrelid = %(table)s::regclass and a.attnum > 0 and not a.attisdropped order by a.attnum
"""
CONSTRAINTS: Final = """
    select conname as name, contype as kind, pg_get_constraintdef(oid) as definition,
           confrelid::regclass::text as target,
           array(select attname::text from unnest(conkey) with ordinality k (number, place)
                 join pg_attribute on attrelid = conrelid and attnum = number order by place) as columns
    from pg_constraint where conrelid = %(table)s::regclass and contype in ('p', 'f', 'c') order by contype, conname
"""
INDEXES: Final = """
    select i.relname as name, pg_get_indexdef(i.oid) as definition
    from pg_index x join pg_class i on i.oid = x.indexrelid
    where x.indrelid = %(table)s::regclass and not x.indisprimary order by i.relname
"""
POLICIES: Final = """
    select policyname as name, array_to_string(roles, ', ') as roles, qual from pg_policies
    where schemaname = 'public' and tablename = %(table)s order by policyname
"""
RIGHTS: Final = """
    select grantee as role, string_agg(lower(privilege_type), ', ' order by privilege_type) as rights
    from information_schema.role_table_grants
    where table_schema = 'public' and table_name = %(table)s and grantee in ('redtag_app', 'redtag_worker')
    group by grantee order by grantee
"""
TRIGGERS: Final = """
    select tgname as name, pg_get_triggerdef(oid) as definition from pg_trigger
    where tgrelid = %(table)s::regclass and not tgisinternal order by tgname
"""

OPENING: Final = """
# The data model

Made from the catalogue of a migrated database by `make docs`; a test holds that it is current. How the tables are used:
[ARCHITECTURE.md](../ARCHITECTURE.md). Why they are like this: [decisions](decisions/).

- `desk_id`, the id of the Slack workspace, stands first in every primary key, foreign key and index, save in the last
  two tables, which belong to no desk.
- Money is bigint in minor units of the order's currency. States are text with a check.
- Every table of a desk has row-level security that binds its owner too. Redtag acts as `redtag_app`, for which a
  statement sees the desk that the transaction has set, or nothing; what delivers acts as `redtag_worker` while it
  looks for work.
"""


def document(connection: Connection) -> str:
    """The whole page."""
    tables = {row["name"]: row for row in connection.execute(TABLES.encode()).fetchall()}
    check(set(tables))
    parts = [OPENING.strip(), diagram(connection), *(section(connection, tables[name]) for name in PURPOSES)]
    return "\n\n".join(parts) + "\n"


def check(found: set[str]) -> None:
    """Raises LookupError where a table has no purpose here, or a purpose no table."""
    if found != set(PURPOSES):
        raise LookupError(f"PURPOSES and the tables differ in: {', '.join(sorted(found ^ set(PURPOSES)))}")


def ask(connection: Connection, query: str, table: str) -> Rows:
    return connection.execute(query.encode(), {"table": table}).fetchall()


def diagram(connection: Connection) -> str:
    """The tables with their keys, and what refers to what."""
    lines = ["```mermaid", "erDiagram"]
    for table in PURPOSES:
        lines += diagram_of(ask(connection, COLUMNS, table), ask(connection, CONSTRAINTS, table), table)
    return "\n".join([*lines, "```"])


def diagram_of(columns: Rows, constraints: Rows, table: str) -> Iterator[str]:
    keys = {name for each in constraints if each["kind"] == "p" for name in each["columns"]}
    foreign = [each for each in constraints if each["kind"] == "f"]
    optional = {column["name"] for column in columns if column["nullable"]}
    yield f"    {table} {{"
    for column in columns:
        if column["name"] in keys:
            yield f"        {column['type'].replace(' ', '_')} {column['name']} PK"
    yield "    }"
    for each in foreign:
        least = "|o" if optional & set(each["columns"]) else "||"
        yield f'    {each["target"]} {least}--o{{ {table} : "{", ".join(each["columns"])}"'


def section(connection: Connection, table: Mapping[str, Any]) -> str:
    name = table["name"]
    parts = [
        f"## {name}",
        PURPOSES[name] + (" Unlogged." if table["unlogged"] else ""),
        column_table(ask(connection, COLUMNS, name)),
        "\n".join(
            [
                *constraint_lines(ask(connection, CONSTRAINTS, name)),
                *(f"- {index_line(row)}" for row in ask(connection, INDEXES, name)),
                *(f"- trigger {timing(row)}" for row in ask(connection, TRIGGERS, name)),
                *access(connection, table),
            ]
        ),
    ]
    return "\n\n".join(parts)


def column_table(columns: Rows) -> str:
    rows = [
        f"| {row['name']} | {row['type']} | {'yes' if row['nullable'] else ''} | {code(row['given'])} |"
        for row in columns
    ]
    return "\n".join(["| column | type | null | default |", "|---|---|---|---|", *rows])


def constraint_lines(constraints: Rows) -> list[str]:
    """The primary key first, then what it refers to, then what must hold."""
    kinds = ("p", "f", "c")
    return [
        f"- {code(each['definition'])}"
        for each in sorted(constraints, key=lambda each: (kinds.index(each["kind"]), each["name"]))
    ]


def index_line(index: Mapping[str, Any]) -> str:
    """Unique index `holds_open_reason_key`: (desk_id, order_number, reason) WHERE …"""
    what, on = index["definition"].split(" USING btree ")
    return f"{'unique index' if 'UNIQUE' in what else 'index'} {code(index['name'])}: {code(on)}"


def timing(trigger: Mapping[str, Any]) -> str:
    """`audit_rows`: BEFORE DELETE OR UPDATE … EXECUTE FUNCTION audit_is_append_only()"""
    after_name = trigger["definition"].split(f"{trigger['name']} ", 1)[1]
    return f"{code(trigger['name'])}: {code(after_name)}"


def access(connection: Connection, table: Mapping[str, Any]) -> Iterator[str]:
    if not table["secured"]:
        yield "- no row-level security"
    for policy in ask(connection, POLICIES, table["name"]):
        yield f"- policy {code(policy['name'])} for {policy['roles']}: {code(policy['qual'])}"
    for row in ask(connection, RIGHTS, table["name"]):
        yield f"- {code(row['role'])} may {row['rights']}"


def code(text: str | None) -> str:
    """SQL in a line, without what PostgreSQL adds when it prints it."""
    plain = " ".join((text or "").replace("::text", "").replace("::bigint", "").replace(' AS "nullif"', "").split())
    return f"`{plain}`" if plain else ""


@contextmanager
def migrated() -> Iterator[str]:
    """The address of a database at the newest migration, gone afterwards."""
    settings = {"fsync": "off"}
    with tempfile.TemporaryDirectory() as folder, start_embedded(Path(folder), settings=settings) as lease:
        upgrade(lease.url)
        yield lease.url


def described(url: str) -> str:
    with psycopg.connect(url, row_factory=dict_row) as connection:
        return document(connection)


def main(arguments: Sequence[str]) -> None:
    if arguments:
        sys.stdout.write(described(arguments[0]))
        return
    with migrated() as url:
        sys.stdout.write(described(url))


if __name__ == "__main__":
    main(sys.argv[1:])
