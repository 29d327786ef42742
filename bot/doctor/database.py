"""Is the database there, new enough, at the newest migration, and does it keep desks apart?"""

import asyncio
from collections.abc import Iterator
from typing import Final

from bot.doctor.finding import Finding, Findings, ok, problem
from store.checkup import OLDEST_SERVER, Role, TableSecurity, roles, server, table_security
from store.versions import NEWER, ROLES, current, knows, newest

DATABASE: Final = "database"
MIGRATIONS: Final = "migrations"
SECURITY: Final = "row-level security"
DATABASE_ROLES: Final = "database roles"
REPORTED: Final = 8  # tables named one by one


async def check_server(url: str) -> Findings:
    found = await server(url)
    if found.version < OLDEST_SERVER:
        return [problem(DATABASE, f"This is PostgreSQL {found.shown}.", "Redtag needs PostgreSQL 15 or newer.")]
    return [ok(DATABASE, f"PostgreSQL {found.shown} answers as {found.login}.")]


async def check_migrations(url: str) -> Findings:
    at = await asyncio.to_thread(current, url)
    if not knows(at):
        return [problem(MIGRATIONS, f"The database is at {at}, {NEWER}", "Install the newer Redtag.")]
    if at != newest():
        behind = f"at {at}" if at else "empty"
        found = f"The database is {behind}, this Redtag needs {newest()}."
        return [problem(MIGRATIONS, found, "Run `redtag migrate`, then start Redtag again.")]
    return [ok(MIGRATIONS, f"At the newest, {at}.")]


async def check_row_security(url: str) -> Findings:
    tables = await table_security(url)
    faulty = [table for table in tables if table.missing]
    if not faulty:
        return [ok(SECURITY, f"Enabled and forced, with a policy, on all {len(tables)} tables of a desk.")]
    return [_open_table(table) for table in faulty[:REPORTED]] + list(_more(faulty))


def _open_table(table: TableSecurity) -> Finding:
    found = f"On the table {table.name} it {table.missing}: the desks there are not kept apart."
    if not table.has_policy:
        return problem(SECURITY, found, "Restore the database's structure: run `redtag migrate` on a new database.")
    sql = f"alter table {table.name} enable row level security, force row level security;"
    return problem(SECURITY, found, f"As the owner of the table run: {sql}")


def _more(faulty: list[TableSecurity]) -> Iterator[Finding]:
    if len(faulty) > REPORTED:
        yield problem(SECURITY, f"And {len(faulty) - REPORTED} more tables.", "Mend these, then look again.")


async def check_database_roles(url: str) -> Findings:
    known = {role.name: role for role in await roles(url)}
    found = [each for name in ROLES for each in _role(name, known.get(name))]
    return found or [ok(DATABASE_ROLES, f"{' and '.join(ROLES)} own nothing and are bound by row-level security.")]


def _role(name: str, role: Role | None) -> Iterator[Finding]:
    if role is None:
        yield problem(DATABASE_ROLES, f"There is no role {name}.", "Run `redtag migrate`: it makes the role.")
        return
    if role.is_superuser or role.bypasses:
        found = f"{name} may pass row-level security."
        yield problem(DATABASE_ROLES, found, f"As a superuser run: alter role {name} nosuperuser nobypassrls;")
    if role.owns_tables:
        found = f"{name} owns tables of Redtag."
        yield problem(DATABASE_ROLES, found, f"Give them to another user: reassign owned by {name} to current_user;")
    if not role.usable:
        found = f"The user of DATABASE_URL may not act as {name}."
        yield problem(DATABASE_ROLES, found, f"As an administrator run: grant {name} to that user;")
