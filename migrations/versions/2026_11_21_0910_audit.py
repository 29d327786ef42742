"""The audit: append-only, chained."""

from migrations.steps import protect, run

revision = "2026_11_21_0910"
down_revision = "2026_11_21_0900"

# The hash covers the hash before it and the row as PostgreSQL prints it; `store.audit` checks the same text. The head
# row is locked from here to the commit, so entries of one chain follow each other without a gap. A chain's first entry
# makes an empty head to lock, so that two first entries at one instant queue up too.
CHAIN = """
    create function audit_chain() returns trigger language plpgsql security definer
    set search_path = pg_catalog, public as $$
    declare
        head public.audit_heads;
    begin
        select * into head from public.audit_heads where desk_id = new.desk_id and chain = new.chain for update;
        if not found then
            insert into public.audit_heads values (new.desk_id, new.chain, 0, '', new.at) on conflict do nothing;
            select * into head from public.audit_heads where desk_id = new.desk_id and chain = new.chain for update;
        end if;
        new.seq := head.seq + 1;
        new.hash := sha256(head.hash || convert_to(public.audit_text(new), 'UTF8'));
        update public.audit_heads set seq = new.seq, hash = new.hash, moved_at = new.at
        where desk_id = new.desk_id and chain = new.chain;
        return new;
    end $$
"""

TEXT = """
    create function audit_text(entry audit) returns text language sql stable as $$
        select jsonb_build_array(
            entry.desk_id, entry.chain, entry.seq,
            to_char(entry.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
            entry.actor, entry.action, entry.request, entry.facts
        )::text
    $$
"""

REFUSE = """
    create function audit_is_append_only() returns trigger language plpgsql as $$
    begin
        raise exception 'the audit is append-only: % refused', tg_op using errcode = 'insufficient_privilege';
    end $$
"""

TRIGGERS = (
    "create trigger audit_chain before insert on audit for each row execute function audit_chain()",
    "create trigger audit_rows before update or delete on audit for each row execute function audit_is_append_only()",
    "create trigger audit_whole before truncate on audit for each statement execute function audit_is_append_only()",
    *(f"alter table audit enable always trigger {name}" for name in ("audit_chain", "audit_rows", "audit_whole")),
)


def upgrade() -> None:
    run(
        """
        CREATE TABLE audit (
            desk_id TEXT NOT NULL,
            chain TEXT NOT NULL,
            seq BIGINT NOT NULL,
            at TIMESTAMP WITH TIME ZONE NOT NULL,
            actor TEXT NOT NULL,
            action TEXT NOT NULL,
            request BIGINT,
            facts JSONB NOT NULL,
            hash BYTEA NOT NULL,
            CONSTRAINT audit_pkey PRIMARY KEY (desk_id, chain, seq),
            CONSTRAINT audit_desk_id_fkey FOREIGN KEY(desk_id) REFERENCES desks (desk_id)
        )
        """,
        "CREATE INDEX audit_actor_idx ON audit (desk_id, actor, at)",
        "CREATE INDEX audit_at_idx ON audit (desk_id, at)",
        """
        CREATE TABLE audit_heads (
            desk_id TEXT NOT NULL,
            chain TEXT NOT NULL,
            seq BIGINT NOT NULL,
            hash BYTEA NOT NULL,
            moved_at TIMESTAMP WITH TIME ZONE NOT NULL,
            CONSTRAINT audit_heads_pkey PRIMARY KEY (desk_id, chain),
            CONSTRAINT audit_heads_desk_id_fkey FOREIGN KEY(desk_id) REFERENCES desks (desk_id)
        )
        """,
    )
    run(TEXT, CHAIN, REFUSE, *TRIGGERS)
    protect("audit", app=["select", "insert"])
    protect("audit_heads", app=["select"])


def downgrade() -> None:
    raise RuntimeError("The audit is never dropped: restore the database from before it instead.")
