"""A cluster where nobody of Redtag's is a superuser: an owner who migrates, and a login that serves."""

import asyncio
import contextlib
import uuid
from datetime import timedelta

import aiohttp
import psycopg
import pytest

from bot.delivery.email import EmailSender
from bot.delivery.hooks import HookSender
from bot.delivery.loop import Delivery
from bot.delivery.sending import Sender
from bot.delivery.slack import SlackSender
from bot.main.database import check_at_head
from bot.main.rendering import StoredRenderer
from bot.slack.clients import OneWorkspace
from playground.slack.seed import demo_seed
from playground.slack.workspace import Workspace, running
from store.audit import verify
from store.desk import PostgresStore
from store.embedded import start_embedded
from store.exports import Exports
from store.hook_calls import HookCalls
from store.migrate import MigrationProblem, ensure_roles, upgrade
from store.outbox import Outbox
from store.policies import apply_policy
from store.pool import make_pool
from store.reading import Reading
from store.versions import newest
from tests.notices import until
from tests.office import DEMO_POLICY, IVAN, ROSA
from tests.races.apps import NobodyToAsk
from workflows.commands import Decide, PlaceHold, ReleaseHold
from workflows.policy.load import parse_policy
from workflows.results import Done
from workflows.services import Claim, DeskService
from workflows.transitions import Action

PASSWORD = "letmein"
TEAMS = ("T0ACME", "T0BOLT", "T0CARD")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """A server of its own, on which no role of ours exists yet; its superuser's URL."""
    with start_embedded(tmp_path_factory.mktemp("cluster")) as lease:
        yield lease.url


@pytest.fixture
def superuser(cluster):
    with psycopg.connect(cluster, autocommit=True) as connection:
        yield connection


def as_user(url, user, database):
    host = url.rsplit("@", 1)[1].rsplit("/", 1)[0]
    return f"postgresql://{user}:{PASSWORD}@{host}/{database}"


@pytest.fixture
def owned(superuser, cluster):
    """Makes a login with these powers and a database that it owns; gives its URL."""
    made = []

    def make(powers):
        name = f"owner_{uuid.uuid4().hex[:8]}"
        superuser.execute(f"create role {name} login password '{PASSWORD}' {powers}")
        superuser.execute(f"create database {name} owner {name}")
        made.append(name)
        return as_user(cluster, name, name)

    yield make
    for name in made:
        superuser.execute(f"drop database {name} with (force)")
    drop_roles(superuser, *made)


def drop_roles(superuser, *names):
    for name in (*names, "redtag_app", "redtag_worker"):
        with contextlib.suppress(psycopg.errors.UndefinedObject):
            superuser.execute(f"drop owned by {name}")
            superuser.execute(f"drop role {name}")


def head(url):
    with psycopg.connect(url) as connection:
        return connection.execute("select version_num from alembic_version").fetchone()[0]


def test_an_owner_who_may_create_roles_migrates_without_help(owned):
    url = owned("createrole")
    upgrade(url)
    upgrade(url)
    assert head(url) == newest()


def test_an_owner_who_may_not_is_given_the_statements_and_goes_on_once_they_were_run(owned, superuser):
    url = owned("nocreaterole")
    with pytest.raises(MigrationProblem, match="administrator") as refused:
        upgrade(url)
    statements = str(refused.value).split(":\n", 1)[1]
    assert statements.count("create role") == 2
    superuser.execute(statements)
    upgrade(url)
    assert head(url) == newest()


def test_roles_that_another_database_made_are_taken_over_or_asked_for(owned, superuser):
    upgrade(owned("createrole"))
    second = owned("nocreaterole")
    with pytest.raises(MigrationProblem) as refused:
        upgrade(second)
    statements = str(refused.value).split(":\n", 1)[1]
    assert "create role" not in statements
    assert statements.count("grant") == 2
    superuser.execute(statements)
    upgrade(second)
    assert head(second) == newest()


def test_a_role_that_may_be_administered_but_not_used_is_made_usable(owned, superuser):
    """From PostgreSQL 16 on that is what a role's creator gets."""
    url = owned("createrole")
    superuser.execute("create role redtag_app; create role redtag_worker")
    user = url.split("//")[1].split(":")[0]
    for role in ("redtag_app", "redtag_worker"):
        superuser.execute(f"grant {role} to {user} with admin true, set false, inherit false")
    ensure_roles(url)
    with psycopg.connect(url) as connection:
        connection.execute("set role redtag_app")
        connection.execute("set role redtag_worker")


@pytest.fixture
def desks_url(owned, superuser, cluster):
    """A migrated database, as a login that owns nothing and may only act as the two roles."""
    owner = owned("createrole")
    upgrade(owner)
    login = f"login_{uuid.uuid4().hex[:8]}"
    superuser.execute(f"create role {login} login password '{PASSWORD}' nosuperuser nocreaterole nobypassrls")
    superuser.execute(f"grant redtag_app, redtag_worker to {login}")
    yield as_user(cluster, login, owner.rsplit("/", 1)[1])
    superuser.execute(f"drop role {login}")


def test_the_login_is_enough_to_see_that_the_database_is_at_its_head(desks_url):
    check_at_head(desks_url)


@pytest.fixture
async def workspaces():
    """The workspace of each team."""
    async with contextlib.AsyncExitStack() as stack:
        opened = {}
        for team in TEAMS:
            opened[team] = Workspace(demo_seed(), bot_token=f"xoxb-{team}", rate_limits=False)
            await stack.enter_async_context(running(opened[team]))
        yield opened


class ThreeWorkspaces:
    def __init__(self, workspaces, session):
        self._clients = {
            team: OneWorkspace(one.bot_token, f"{one.base_url}/api/", session).client_for(team)
            for team, one in workspaces.items()
        }

    def client_for(self, desk_id):
        return self._clients[desk_id]


@contextlib.asynccontextmanager
async def delivering(pool, workspaces):
    async with aiohttp.ClientSession() as session:
        slack = SlackSender(ThreeWorkspaces(workspaces, session), session, "http://127.0.0.1/api/")
        resend = f"{workspaces[TEAMS[0]].base_url}/resend"
        mail = EmailSender(session, "re_test_key_123", resend, "Redtag <redtag@acme.example>")
        outbox = Outbox(pool, paces={})
        delivery = Delivery(
            outbox,
            Sender(StoredRenderer(Reading(pool), HookCalls(pool), {}, Exports(pool)), slack, mail, HookSender(session)),
            lease=timedelta(seconds=20),
        )
        under_way = asyncio.ensure_future(delivery.run())
        yield outbox
        await delivery.stop()
        await under_way


async def story(pool, team):
    """A hold and its release, signed by two people."""
    desk = DeskService(PostgresStore(pool), NobodyToAsk())
    await desk.handle(team, Claim(ROSA), PlaceHold("ORD-1", "credit"))
    await desk.handle(team, Claim(IVAN), ReleaseHold("ORD-1"))
    released = await desk.handle(team, Claim(ROSA), Decide(2, Action.APPROVE))
    assert isinstance(released, Done), released


async def settle_in(pool, owner, team):
    """Names and addresses tell the desk; numbers, people and channels are the same everywhere."""
    policy = parse_policy(DEMO_POLICY.read_text().replace("@acme.", f"@{team.lower()}."))
    await apply_policy(pool, team, policy, by="test")
    owner.execute(
        "insert into orders (desk_id, number, customer, changed_at) values (%s, 'ORD-1', %s, now())",
        [team, f"Customer of {team}"],
    )
    for user in (ROSA, IVAN):
        owner.execute("insert into members values (%s, %s, %s, '', '', 'active', now())", [team, user, user])


def said_in(workspace):
    messages = [message for channel in ("C0CREDIT", "C0FLOOR") for message in workspace.messages(channel)]
    return [f"{message.text} {message.blocks}" for message in messages]


async def test_a_login_without_powers_serves_three_desks_and_brings_each_its_own(
    desks_url, superuser, cluster, workspaces
):
    database = desks_url.rsplit("/", 1)[1]
    with psycopg.connect(f"{cluster.rsplit('/', 1)[0]}/{database}", autocommit=True) as owner:
        async with make_pool(desks_url) as pool:
            for team in TEAMS:
                await settle_in(pool, owner, team)
            await asyncio.gather(*(story(pool, team) for team in TEAMS))
            async with delivering(pool, workspaces):
                waiting = "select 1 from notices where state = 'ready'"
                await until(lambda: not owner.execute(waiting).fetchall(), seconds=30, what="everything delivered")
            checked = [await verify(pool, team) for team in TEAMS]
        assert [one.faults for one in checked] == [(), (), ()]
        assert owner.execute("select distinct state from notices").fetchall() == [("sent",)]
    for team, workspace in workspaces.items():
        said = said_in(workspace)
        assert any(f"Customer of {team}" in text for text in said)
        assert not [text for text in said for other in TEAMS if other != team and other in text]
    mails = [(mail.to[0], mail.text) for mail in workspaces[TEAMS[0]].mails]
    assert len(mails) == len(TEAMS)
    for team in TEAMS:
        assert [to for to, text in mails if f"Customer of {team}" in text] == [f"floor@{team.lower()}.example"]
