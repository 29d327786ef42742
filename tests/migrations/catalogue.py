"""A database's shape as PostgreSQL itself prints it: two databases are alike when these are."""

import psycopg

COLUMNS = """
    select c.relname || '.' || a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
           pg_get_expr(d.adbin, d.adrelid), c.relpersistence
    from pg_attribute a join pg_class c on c.oid = a.attrelid
    left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped
"""
CONSTRAINTS = """
    select conrelid::regclass::text || '.' || conname, pg_get_constraintdef(oid) from pg_constraint
    where connamespace = 'public'::regnamespace and conrelid <> 0 and contype <> 'n'
"""
INDEXES = "select tablename || '.' || indexname, indexdef from pg_indexes where schemaname = 'public'"
POLICIES = (
    "select tablename || '.' || policyname, roles, cmd, qual, with_check from pg_policies where schemaname = 'public'"
)
GRANTS = """
    select grantee || ' on ' || table_name, array_agg(privilege_type::text order by privilege_type::text)
    from information_schema.role_table_grants
    where table_schema = 'public' and grantee in ('redtag_app', 'redtag_worker') group by grantee, table_name
"""
TRIGGERS = "select tgname, pg_get_triggerdef(oid), tgenabled from pg_trigger where not tgisinternal"
FUNCTIONS = "select proname, pg_get_functiondef(oid) from pg_proc where pronamespace = 'public'::regnamespace"
SECURITY = """
    select relname, relrowsecurity, relforcerowsecurity from pg_class
    where relnamespace = 'public'::regnamespace and relkind = 'r'
"""
TABLES = {"columns": COLUMNS, "constraints": CONSTRAINTS, "indexes": INDEXES}
PROTECTION = {
    "functions": FUNCTIONS,
    "grants": GRANTS,
    "policies": POLICIES,
    "security": SECURITY,
    "triggers": TRIGGERS,
}
BOOKKEEPING = "alembic_version"


def shape(url, *, parts):
    """Part → name → how it is printed, without Alembic's own table."""
    with psycopg.connect(url, autocommit=True) as connection:
        return {part: _printed(connection.execute(query).fetchall()) for part, query in parts.items()}


def _printed(rows):
    return {name: tuple(rest) for name, *rest in rows if not name.startswith(BOOKKEEPING)}


def everything(url):
    return shape(url, parts={**TABLES, **PROTECTION})
