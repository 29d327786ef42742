"""The audit only grows: what the app is refused, what a superuser cannot hide, and what happens under load."""

import asyncio
import re
from collections import Counter
from datetime import UTC, datetime

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege
from psycopg.types.json import Jsonb

from store.audit import entries, verify
from store.desk import PostgresDesk
from store.pool import ALONE, desk_transaction
from store.seals import broken_seal, last_seal, seal
from tests.office import CSR, DESK, IVAN, ROSA, WALT
from tests.races.apps import open_floor
from workflows import refusals
from workflows.seals import Seal

ADD = "insert into audit (desk_id, chain, at, actor, action, facts) values (%s, %s, now(), 'U0ROSA', %s, %s)"


@pytest.fixture
async def floor(database_url):
    async with open_floor(database_url) as floor:
        yield floor


@pytest.fixture
async def chain(floor):
    """An order with eight entries in its chain, all true."""
    floor.add_order()
    for name in ("placed", "picked", "packed", "shipped", "billed", "paid", "closed", "filed"):
        floor.rows(ADD, DESK, "ORD-123", name, Jsonb({"step": name}))
    assert (await verify(floor.pools[0], DESK)).faults == ()
    return floor


# What the app itself cannot do

REFUSED = (
    "update audit set actor = 'U0EVIL'",
    "delete from audit",
    "truncate audit",
    "truncate audit, audit_heads cascade",
    "update audit_heads set seq = 99",
    "delete from audit_heads",
    "insert into audit_heads (desk_id, chain, seq, hash, moved_at) values ('T0ACME', 'ORD-9', 7, '', now())",
    "alter table audit disable trigger all",
    "alter table audit disable row level security",
    "alter table audit no force row level security",
    "drop trigger audit_rows on audit",
    "drop table audit",
    "drop policy desk on audit",
    "create policy everything on audit using (true)",
    "create or replace function audit_text(entry audit) returns text language sql as $$ select '' $$",
    "create or replace function audit_chain() returns trigger language plpgsql as $$ begin return new; end $$",
    "drop function audit_chain cascade",
    "set session_replication_role = replica",
    "set role postgres; reset role; set local role redtag_app; update audit set actor = 'U0EVIL'",
    "grant update on audit to redtag_app; update audit set actor = 'U0EVIL'",
    "alter role redtag_app bypassrls",
    "create trigger mine before insert on audit for each row execute function audit_chain()",
)


@pytest.mark.parametrize("statement", REFUSED)
async def test_the_app_is_refused(chain, statement):
    with psycopg.connect(made_login(chain)) as connection:
        connection.execute("select set_config('redtag.desk_id', %s, true)", [DESK])
        connection.execute("set local role redtag_app")
        with pytest.raises(InsufficientPrivilege):
            connection.execute(statement.encode())
    assert (await verify(chain.pools[0], DESK)).faults == ()


def made_login(floor):
    """Somebody who has the app's role and nothing else, so that there is no way back to more."""
    floor.rows(
        """do $$ begin create role redtag_test_login login password 'letmein' in role redtag_app;
           exception when duplicate_object or unique_violation then null; end $$"""
    )
    return f"postgresql://redtag_test_login:letmein@{floor.url.rsplit('@', 1)[1]}"


async def test_an_entry_takes_its_place_and_hash_from_the_database_whatever_it_says_itself(chain):
    async with desk_transaction(chain.pools[0], DESK) as connection:
        await connection.execute(
            """insert into audit (desk_id, chain, seq, at, actor, action, facts, hash)
               values (%s, 'ORD-123', 3, now(), 'U0ROSA', 'forged', '{}', 'x')""",
            [DESK],
        )
    found = await entries(chain.pools[0], DESK, "ORD-123")
    assert [(entry["seq"], entry["action"]) for entry in found][-1] == (9, "forged")
    assert (await verify(chain.pools[0], DESK)).faults == ()


# What somebody with all powers cannot hide

WITHOUT_TRIGGERS = "alter table audit disable trigger all"
EDITED = "Order ORD-123: entry 4 is not what was written."
ATTACKS = {
    "another actor": ("update audit set actor = 'U0EVIL' where seq = 4", EDITED),
    "other facts": ("""update audit set facts = '{"step": "nothing"}' where seq = 4""", EDITED),
    "another time": ("update audit set at = at - interval '1 day' where seq = 4", EDITED),
    "another request": ("update audit set request = 7 where seq = 4", EDITED),
    "another action": ("update audit set action = 'request.approved' where seq = 4", EDITED),
    "an entry taken out": ("delete from audit where seq = 4", "Order ORD-123: entry 4 is missing."),
    "the first one taken out": ("delete from audit where seq = 1", "Order ORD-123: entry 1 is missing."),
    "two entries swapped": (
        """update audit a set actor = b.actor, action = b.action, facts = b.facts from audit b
           where a.chain = b.chain and (a.seq, b.seq) in ((4, 6), (6, 4))""",
        EDITED,
    ),
    "the rest moved up": (
        "delete from audit where seq = 4; update audit set seq = seq - 1 where seq > 4",
        EDITED,
    ),
    "the end cut off": (
        "delete from audit where seq > 6",
        "Order ORD-123: entry 7 is missing, and all after it; 8 were written.",
    ),
    "everything cut off": (
        "delete from audit where chain = 'ORD-123'",
        "Order ORD-123: entry 1 is missing, and all after it; 8 were written.",
    ),
    "one more added": (
        "insert into audit select desk_id, chain, 9, at, actor, action, request, facts, hash from audit where seq = 8",
        "Order ORD-123: entry 9 is not what was written.",
    ),
    "one more added that fits": (
        """insert into audit select desk_id, chain, 9, at, actor, action, request, facts, '' from audit where seq = 8;
           update audit a set hash = sha256(b.hash || convert_to(audit_text(a), 'UTF8'))
           from audit b where a.seq = 9 and b.seq = 8""",
        "Order ORD-123: entry 9 was never written by Redtag.",
    ),
    "an edit with a new hash": (
        """update audit set actor = 'U0EVIL' where seq = 4; update audit a set hash =
           sha256(b.hash || convert_to(audit_text(a), 'UTF8')) from audit b where a.seq = 4 and b.seq = 3""",
        "Order ORD-123: entry 5 is not what was written.",
    ),
    "the last one edited with a new hash": (
        """update audit set actor = 'U0EVIL' where seq = 8; update audit a set hash =
           sha256(b.hash || convert_to(audit_text(a), 'UTF8')) from audit b where a.seq = 8 and b.seq = 7""",
        "Order ORD-123: entry 8 is not what was written.",
    ),
    "an entry moved to another order": (
        "update audit set chain = 'ORD-9', seq = 1 where seq = 4",
        "Order ORD-9: its head is missing.",
    ),
    "a head taken away": ("delete from audit_heads where chain = 'ORD-123'", "Order ORD-123: its head is missing."),
    "a head turned back": (
        "update audit_heads set seq = 3 where chain = 'ORD-123'",
        "Order ORD-123: entry 4 was never written by Redtag.",
    ),
}


@pytest.mark.parametrize("attack", ATTACKS)
async def test_a_superuser_is_found_out_and_the_place_is_named(chain, attack):
    statement, fault = ATTACKS[attack]
    with psycopg.connect(chain.url) as connection:
        connection.execute(WITHOUT_TRIGGERS)
        connection.execute(statement.replace("where seq", "where chain = 'ORD-123' and seq").encode())
    assert fault in (await verify(chain.pools[0], DESK)).faults


@pytest.mark.parametrize("statement", ["update audit set actor = 'x'", "delete from audit", "truncate audit"])
def test_even_a_superuser_has_to_switch_the_triggers_off_first(database_url, statement):
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("insert into desks (desk_id, name, created_at) values (%s, 'Acme', now())", [DESK])
        connection.execute(ADD, [DESK, "ORD-123", "placed", Jsonb({})])
        connection.execute("set session_replication_role = replica")
        with pytest.raises(InsufficientPrivilege, match="append-only"):
            connection.execute(statement.encode())


async def test_a_fault_in_one_chain_does_not_hide_one_in_another(chain):
    chain.rows(ADD, DESK, "ORD-9", "placed", Jsonb({}))
    with psycopg.connect(chain.url) as connection:
        connection.execute(WITHOUT_TRIGGERS)
        connection.execute("update audit set actor = 'U0EVIL' where seq = 1 and chain <> ''")
    assert (await verify(chain.pools[0], DESK)).faults == (
        "Order ORD-123: entry 1 is not what was written.",
        "Order ORD-9: entry 1 is not what was written.",
    )


# Under load


# What a seal finds that was kept outside

REHASHED = """
    update audit a set hash = sha256((select b.hash from audit b where b.chain = a.chain and b.seq = a.seq - 1)
                                     || convert_to(audit_text(a), 'UTF8')) where a.chain = %(chain)s and a.seq = %(seq)s
"""
HEAD = """
    update audit_heads h set (seq, hash) = (select a.seq, a.hash from audit a where a.chain = h.chain
                                            order by a.seq desc limit 1) where h.chain = %(chain)s
"""


async def sealed(floor, **size):
    async with desk_transaction(floor.pools[0], DESK) as connection:
        await seal(connection, DESK, datetime.now(UTC), **size)
        return await last_seal(connection, DESK, datetime.now(UTC))


async def rewrite(floor, statement, chain="ORD-123", seq=8):
    """As whoever may do everything: the entry, its hash and the head fit each other again."""
    for each in (WITHOUT_TRIGGERS, statement, REHASHED, HEAD):
        with psycopg.connect(floor.url, autocommit=True) as connection:
            connection.execute(each, {"chain": chain, "seq": seq})
    return (await verify(floor.pools[0], DESK)).faults


async def test_a_seal_lists_what_has_moved_since_the_one_before(chain):
    first = await sealed(chain)
    await chain.hold(CSR, chain.add_order("ORD-124"), reason="stock")
    second = await sealed(chain)
    heads = chain.rows("select facts -> 'heads' as heads from audit where action = 'audit.sealed' order by seq")
    assert [[head[0] for head in each["heads"]] for each in heads] == [["ORD-123"], ["ORD-124"]]
    assert (first.entries, second.entries - first.entries, second.chains) == (9, 2, 3)
    assert (await verify(chain.pools[0], DESK)).faults == ()
    assert [await broken_seal(chain.pools[0], DESK, each) for each in (first, second)] == ["", ""]


async def test_chains_for_which_a_seal_has_no_room_are_in_the_next(chain):
    for number in ("ORD-124", "ORD-125", "ORD-126", "ORD-127"):
        await chain.hold(CSR, chain.add_order(number), reason="stock")
    for _ in range(4):
        await sealed(chain, most=2)
    heads = chain.rows("select facts -> 'heads' as heads from audit where action = 'audit.sealed' order by seq")
    listed = [[head[0] for head in each["heads"]] for each in heads]
    assert listed == [["ORD-123", "ORD-124"], ["ORD-125", "ORD-126"], ["ORD-127"], []]


async def test_an_end_cut_off_and_an_entry_rewritten_with_all_its_hashes_do_not_fit_the_seal(chain):
    kept = await sealed(chain)
    assert await rewrite(chain, "update audit set actor = 'U0EVIL' where chain = %(chain)s and seq = %(seq)s") == (
        "Order ORD-123: entry 8 is not the one that was sealed.",
    )
    assert await rewrite(chain, "delete from audit where chain = %(chain)s and seq > 6") == (
        "Order ORD-123: entry 8, which was sealed, is missing.",
    )
    listed = "update audit set facts = '{\"heads\": []}' where chain = %(chain)s and seq = %(seq)s"
    assert await rewrite(chain, listed, "", kept.seq) == ()
    assert await broken_seal(chain.pools[0], DESK, kept) == (
        f"The desk's own chain: entry {kept.seq} is not the one that was sealed."
    )
    assert await rewrite(chain, "delete from audit where chain = %(chain)s and seq = %(seq)s", "", kept.seq) == ()
    assert "is missing" in await broken_seal(chain.pools[0], DESK, kept)
    assert Seal.read(f" {kept} ").hash == kept.hash
    for wrong in ("", "12", f"x:{kept.hash}", f"{kept}0"):
        with pytest.raises(ValueError, match=f"^{re.escape(wrong)}$"):
            Seal.read(wrong)


@pytest.mark.parametrize("each", [25, pytest.param(400, marks=pytest.mark.slow)])
async def test_many_writers_at_once_leave_one_chain_without_a_gap(floor, each):
    async def writer(number):
        for turn in range(each):
            async with desk_transaction(floor.pools[number % 2], DESK) as connection:
                await connection.execute(ADD, [DESK, "ORD-NEW", f"step.{number}.{turn}", Jsonb({})])

    await asyncio.gather(*(writer(number) for number in range(16)))
    found = await entries(floor.pools[0], DESK, "ORD-NEW")
    assert [entry["seq"] for entry in found] == list(range(1, 16 * each + 1))
    for number in range(16):
        own = [entry["action"] for entry in found if entry["action"].startswith(f"step.{number}.")]
        assert own == [f"step.{number}.{turn}" for turn in range(each)]
    assert (await verify(floor.pools[0], DESK)).faults == ()


async def test_checking_while_others_write_never_raises_a_false_alarm(floor):
    done = asyncio.Event()

    async def writer(number):
        turn = 0
        while not done.is_set():
            turn += 1
            async with desk_transaction(floor.pools[0], DESK) as connection:
                await connection.execute(ADD, [DESK, f"ORD-{number}", f"step.{turn}", Jsonb({})])

    writers = [asyncio.ensure_future(writer(number)) for number in range(6)]
    try:
        checked = [await verify(floor.pools[1], DESK) for _ in range(40)]
    finally:
        done.set()
        await asyncio.gather(*writers)
    assert {one.faults for one in checked} == {()}
    assert checked[-1].entries > checked[0].entries


async def test_a_long_check_keeps_nobody_waiting_who_applies_a_policy(chain):
    """Nor, behind that one, everybody else."""
    with psycopg.connect(chain.url) as slow:
        slow.execute("lock table audit_heads in access exclusive mode")
        checking = asyncio.ensure_future(verify(chain.pools[0], DESK))
        while not chain.rows("select 1 from pg_locks where not granted"):
            await asyncio.sleep(0.01)
        async with asyncio.timeout(5), desk_transaction(chain.pools[1], DESK, tenant=ALONE):
            pass
    assert (await checking).faults == ()


async def test_what_is_rolled_back_leaves_no_entry(floor, monkeypatch):
    floor.add_order()
    await floor.hold(CSR)
    before = floor.actions()

    async def fail(self):
        raise RuntimeError("the last moment before the commit")

    monkeypatch.setattr(PostgresDesk, "_commit", fail)
    with pytest.raises(RuntimeError):
        await floor.approve(ROSA, 1)
    with pytest.raises(RuntimeError):
        await floor.hold(WALT, reason="stock")
    with pytest.raises(RuntimeError):
        await floor.approve(WALT, 1)
    monkeypatch.undo()
    assert floor.actions() == before
    assert floor.rows("select number, state from requests") == [{"number": 1, "state": "pending"}]
    await floor.approve(ROSA, 1)
    seqs = [row["seq"] for row in floor.rows("select seq from audit where chain = 'ORD-123' order by seq")]
    assert seqs == [1, 2, 3]


# Refusals


def refused(floor):
    query = "select actor, facts ->> 'refusal' as reason, count(*) from audit where action = 'request.refused' group by 1, 2"
    return {(row["actor"], row["reason"]): row["count"] for row in floor.rows(query)}


def age(floor, interval):
    floor.rows("alter table audit disable trigger audit_rows")
    floor.rows("update audit set at = at - %s::interval", interval)
    floor.rows("alter table audit enable always trigger audit_rows")


async def test_a_refusal_is_written_once_a_minute_for_a_person_and_a_reason(floor):
    floor.add_order()
    await floor.hold(CSR)
    for _ in range(5):
        await floor.approve(WALT, 1)
        await floor.approve(CSR, 1)
        await floor.hold(CSR, "ORD-999")
        await floor.hold(CSR, reason="weather")
    assert refused(floor) == {
        (WALT, "NotYoursToSign"): 1,
        (CSR, "NotYoursToSign"): 1,
        (CSR, "OrderUnknown"): 1,
        (CSR, "ReasonUnknown"): 1,
    }
    age(floor, "61 seconds")
    await floor.approve(WALT, 1)
    assert refused(floor)[WALT, "NotYoursToSign"] == 2


async def test_the_same_refusal_many_times_at_once_is_written_once(floor):
    floor.rows("update members set standing = 'guest' where user_id = %s", IVAN)
    results = await asyncio.gather(*(floor.hold(IVAN, f"ORD-{number}") for number in range(40)))
    assert {type(result) for result in results} == {refusals.NotAMember}
    assert refused(floor) == {(IVAN, "NotAMember"): 1}


async def test_what_is_not_written_again_is_still_answered(floor):
    results = [await floor.hold(CSR, "ORD-999") for _ in range(3)]
    assert {type(result) for result in results} == {refusals.OrderUnknown}
    assert Counter(floor.actions("")) == {"policy.applied": 1, "request.refused": 1}
