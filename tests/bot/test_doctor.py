"""`redtag doctor` on a whole desk: a healthy one is all ok, and each fault has its own line and its mend."""

import asyncio
import base64
import dataclasses
import itertools
import json
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from bot.cli.doctor import summary
from bot.doctor import templates
from bot.doctor.channels import channels_of
from bot.doctor.examination import Examination, examine
from bot.doctor.finding import Finding, State
from bot.doctor.machine import check_folder
from bot.doctor.slack import manifest_scopes
from bot.settings import read_settings
from bot.slack.specimens import specimens
from store.policies import apply_policy
from tests.office import CREDIT_CHANNEL, DESK
from tests.processes import redtag
from workflows.policy.model import RefundHook, Webhook

GOOD_SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef01234567").decode()
CHECKS = [
    "settings", "data folder", "database", "migrations", "row-level security", "database roles", "desk", "policy",
    "slack", "scopes", "socket mode", "channels", "people", "user groups", "roles", "templates", "e-mail", "webhook",
    "clock", "outbox",
]  # fmt: skip


@dataclasses.dataclass
class Clinic:
    """A desk, and the settings with which the doctor looks at it."""

    office: object
    settings: dict
    clock: object = lambda: datetime.now(UTC)

    @property
    def workspace(self):
        return self.office.workspace

    async def look(self, team=None):
        return await examine(self.settings, team, show=lambda _finding: None, clock=self.clock)

    async def change_role(self, name, **changes):
        policy = self.office.policy
        roles = {**policy.roles, name: policy.roles[name].model_copy(update=changes)}
        self.office.policy = policy.model_copy(update={"roles": roles})
        await apply_policy(self.office.parts.pool, DESK, self.office.policy, by="test")

    async def hook(self, url, secret=GOOD_SECRET):
        self.settings["REDTAG_HOOK_REFUNDS"] = secret
        await self.office.apply(refund_hook=RefundHook(url=url, secret="env:REDTAG_HOOK_REFUNDS"))


@pytest.fixture
async def clinic(office, tmp_path):
    workspace = office.workspace
    workspace.state.scopes = tuple({*workspace.state.scopes, *manifest_scopes()})
    settings = {
        "DATABASE_URL": office.url,
        "REDTAG_DATA_DIR": str(tmp_path / "data"),
        "REDTAG_EMAIL_FROM": "Redtag <redtag@acme.example>",
        "RESEND_API_KEY": "re_test_key_123",
        "RESEND_API_URL": f"{workspace.base_url}/resend",
        "SLACK_API_URL": f"{workspace.base_url}/api/",
        "SLACK_BOT_TOKEN": workspace.bot_token,
        "SLACK_SIGNING_SECRET": workspace.signing_secret,
    }
    return Clinic(office, settings)


@pytest.fixture
def few_templates(monkeypatch):
    """All of them are looked at where the desk is healthy; to see one fault, some are enough."""
    monkeypatch.setattr(templates, "specimens", lambda policy: itertools.islice(specimens(policy), 5))


def found_by(findings, check):
    (found,) = [each.found for each in findings if each.check == check]
    return found


async def test_a_healthy_desk_is_all_ok_and_nothing_is_posted_or_sent(clinic):
    before = len(clinic.workspace.calls)
    findings = await clinic.look()
    assert [(each.check, each.state) for each in findings] == [(check, State.OK) for check in CHECKS], findings
    assert summary(findings) == "✓ Nothing is wrong: 20 ok, 0 skipped."
    assert found_by(findings, "clock") == "Agrees with the database and Slack."
    asked = {call.method for call in clinic.workspace.calls[before:]}
    assert asked == {"auth.test", "blocks.validate", "conversations.info", "users.info"}
    assert clinic.workspace.mails == []


async def test_socket_mode_is_tried_where_there_is_an_app_token(clinic):
    clinic.settings.update(SLACK_APP_TOKEN=clinic.workspace.app_token, SLACK_SIGNING_SECRET="")
    findings = await clinic.look()
    assert found_by(findings, "socket mode") == "Slack opens a connection for the app token."
    assert {each.state for each in findings} == {State.OK}


# Each fault: what is broken, and a line of the doctor's list.


async def a_missing_scope(clinic):
    clinic.workspace.state.scopes = tuple(each for each in clinic.workspace.state.scopes if each != "users:read.email")


async def a_scope_that_channels_need(clinic):
    clinic.workspace.state.scopes = tuple(each for each in clinic.workspace.state.scopes if each != "channels:read")


async def an_archived_channel(clinic):
    clinic.workspace.change_channel("C0FLOOR", is_archived=True)


async def the_bot_outside_of_a_channel(clinic):
    clinic.workspace.state.scopes = tuple(each for each in clinic.workspace.state.scopes if each != "chat:write.public")
    clinic.workspace.change_channel(CREDIT_CHANNEL, members=("U0ROSA",))


async def the_bot_outside_of_a_public_channel(clinic):
    clinic.workspace.change_channel(CREDIT_CHANNEL, members=("U0ROSA",))


async def the_bot_outside_of_a_private_channel(clinic):
    clinic.workspace.change_channel(CREDIT_CHANNEL, members=("U0ROSA",), is_private=True)


async def a_deactivated_member(clinic):
    clinic.workspace.change_user("U0IVAN", deleted=True)


async def a_guest(clinic):
    await clinic.change_role("credit", members=("U0ROSA", "U0IVAN", "U0GUES"))


async def a_bot(clinic):
    await clinic.change_role("credit", members=("U0ROSA", "U0IVAN", "U0BOT"))


async def a_stranger(clinic):
    await clinic.change_role("credit", members=("U0ROSA", "U0IVAN", "U0EXTN"))


async def somebody_unknown(clinic):
    await clinic.change_role("credit", members=("U0ROSA", "U0IVAN", "U0NOBODY"))


async def a_role_without_anybody_active(clinic):
    clinic.workspace.change_user("U0IVAN", deleted=True)
    clinic.workspace.change_user("U0ROSA", deleted=True)


async def a_role_without_an_address(clinic):
    await clinic.change_role("credit", email=())


async def a_user_group_that_is_not_there(clinic):
    clinic.workspace.state.scopes = (*clinic.workspace.state.scopes, "usergroups:read")
    await clinic.change_role("credit", user_groups=("S0NOWHERE",))


async def a_user_group_out_of_sight(clinic):
    clinic.workspace.state.scopes = tuple(each for each in clinic.workspace.state.scopes if each != "usergroups:read")
    await clinic.change_role("credit", user_groups=("S0NOWHERE",))


async def an_older_migration(clinic):
    clinic.office.rows("update alembic_version set version_num = '2026_11_21_0950'")


async def a_newer_migration(clinic):
    clinic.office.rows("update alembic_version set version_num = 'from_the_future'")


async def an_empty_database(clinic):
    clinic.office.rows("drop table alembic_version")


async def an_open_table(clinic):
    clinic.office.rows("alter table orders disable row level security")


async def an_owner_who_is_not_bound(clinic):
    clinic.office.rows("alter table orders no force row level security")


async def a_table_without_policy(clinic):
    clinic.office.rows("drop policy desk on orders")


async def a_wrong_token(clinic):
    clinic.settings["SLACK_BOT_TOKEN"] = "xoxb-of-another-app"


async def a_revoked_token(clinic):
    clinic.workspace.token_error = "token_revoked"


async def a_user_token(clinic):
    clinic.settings["SLACK_BOT_TOKEN"] = "xoxp-of-a-person"


async def a_token_in_quotes(clinic):
    clinic.settings["SLACK_SIGNING_SECRET"] = f'"{clinic.workspace.signing_secret}"'


async def no_signing_secret(clinic):
    del clinic.settings["SLACK_SIGNING_SECRET"]


async def a_port_that_is_none(clinic):
    clinic.settings["PORT"] = "eighty"


async def a_plain_public_address(clinic):
    clinic.settings["REDTAG_PUBLIC_URL"] = "http://redtag.acme.example"


async def a_key_of_no_use(clinic):
    clinic.settings["REDTAG_SECRET_KEY"] = base64.urlsafe_b64encode(bytes(32)).decode()


async def a_wrong_key(clinic):
    clinic.settings["REDTAG_SECRET_KEY"] = "short"


async def a_wrong_app_token(clinic):
    clinic.settings["SLACK_APP_TOKEN"] = "xapp-of-another-app"


async def a_slack_that_refuses(clinic):
    clinic.workspace.fail("auth.test", "team_access_not_granted")


async def slack_down(clinic):
    clinic.settings["SLACK_API_URL"] = "http://127.0.0.1:9/api/"


async def a_dead_notice(clinic):
    clinic.office.rows(
        """insert into notices (desk_id, kind, lane, order_number, payload, trace, state, created_at, due_at,
           settled_at, error) values (%s, 'floor', 'slack:C0FLOOR', '', '{}', '', 'dead', now(), now(), now(), 'x')""",
        DESK,
    )


async def a_notice_that_waits(clinic):
    await clinic.office.parts.delivery.stop()
    clinic.office.rows(
        """insert into notices (desk_id, kind, lane, order_number, payload, trace, created_at, due_at)
           values (%s, 'floor', 'slack:C0FLOOR', '', '{}', '', now(), now() - interval '7 minutes')""",
        DESK,
    )


async def a_skewed_clock(clinic):
    clinic.clock = lambda: datetime.now(UTC) + timedelta(seconds=90)


async def a_slow_clock(clinic):
    clinic.clock = lambda: datetime.now(UTC) - timedelta(seconds=90)


async def an_unverified_sender(clinic):
    clinic.workspace.mail_domains["acme.example"] = "pending"


async def a_foreign_sender(clinic):
    clinic.settings["REDTAG_EMAIL_FROM"] = "redtag@elsewhere.example"


async def an_unreadable_sender(clinic):
    clinic.settings["REDTAG_EMAIL_FROM"] = "the order desk"


async def a_refused_mail_key(clinic):
    clinic.workspace.fail("domains", "validation_error", status=403)


async def no_mail_key(clinic):
    del clinic.settings["RESEND_API_KEY"]


async def a_private_hook(clinic):
    await clinic.hook("https://127.0.0.1/refunds")


async def a_plain_hook(clinic):
    await clinic.hook("http://erp.acme.example/refunds")


async def a_hook_nowhere(clinic):
    await clinic.hook("https://erp.acme.invalid/refunds")


async def a_hook_without_secret(clinic):
    await clinic.hook("https://127.0.0.1/refunds", secret="")


async def a_webhook_without_secret(clinic):
    webhook = Webhook(name="erp", url="https://127.0.0.1/redtag", secret="env:REDTAG_HOOK_ERP")
    clinic.office.policy = clinic.office.policy.model_copy(update={"webhooks": (webhook,)})
    await clinic.office.apply()


async def a_hook_with_a_poor_secret(clinic):
    await clinic.hook("https://127.0.0.1/refunds", secret="whsec_!")


async def a_broken_policy(clinic):
    clinic.office.rows(
        """update policies set document = jsonb_set(document, '{desk,timezone}', '"Mars/Olympus"')
           where desk_id = %s""",
        DESK,
    )


async def a_desk_whose_managers_have_no_channel(clinic):
    await clinic.office.apply(managers_channel="")


async def an_unreadable_policy(clinic):
    clinic.office.rows("""update policies set document = document - 'desk' where desk_id = %s""", DESK)


async def a_template_that_slack_refuses(clinic):
    clinic.workspace.fail("blocks.validate", "invalid_message", times=1)


FAULTS = [
    (a_missing_scope, "scopes", "problem", "The scope users:read.email is missing", "install the app again"),
    (a_scope_that_channels_need, "scopes", "problem", "The scope channels:read is missing", "install the app again"),
    (a_scope_that_channels_need, "channels", "skipped", "without the scope channels:read", "See scopes"),
    (an_archived_channel, "channels", "problem", "#floor, C0FLOOR (desk.floor_channel), is archived", "Restore it"),
    (
        the_bot_outside_of_a_channel,
        "channels",
        "problem",
        "The bot is not in #credit, public",
        "/invite @redtag in #cr",
    ),
    (the_bot_outside_of_a_public_channel, "channels", "warning", "It can post there", "/invite @redtag in #credit"),
    (
        the_bot_outside_of_a_private_channel,
        "channels",
        "problem",
        "C0CREDIT (roles.credit) is not there, or",
        "/invite",
    ),
    (a_deactivated_member, "people", "problem", "Ivan Petrov, U0IVAN (roles.credit), is deactivated", "desk apply"),
    (a_guest, "people", "problem", "U0GUES (roles.credit), is a guest", "Make them a full member"),
    (a_bot, "people", "problem", "U0BOT (roles.credit), is a bot", "Name a person"),
    (a_stranger, "people", "problem", "U0EXTN (roles.credit), belongs to another workspace", "desk apply"),
    (somebody_unknown, "people", "problem", "U0NOBODY (roles.credit) is not there", "Correct the id"),
    (a_role_without_anybody_active, "roles", "problem", "Credit (roles.credit) has no active member", "Add one to"),
    (
        a_role_without_an_address,
        "roles",
        "warning",
        "Credit (roles.credit) has no e-mail address",
        "roles.credit.email",
    ),
    (a_user_group_that_is_not_there, "user groups", "problem", "S0NOWHERE", "Correct the policy"),
    (a_user_group_out_of_sight, "user groups", "skipped", "with the scope usergroups:read", "Add the scope"),
    (an_older_migration, "migrations", "problem", "this Redtag needs", "redtag migrate"),
    (a_newer_migration, "migrations", "problem", "it is older than the database", "newer Redtag"),
    (an_empty_database, "migrations", "problem", "The database is empty", "redtag migrate"),
    (an_empty_database, "policy", "skipped", "The database has to be mended first", ""),
    (an_open_table, "row-level security", "problem", "On the table orders it is not enabled", "alter table orders"),
    (an_owner_who_is_not_bound, "row-level security", "problem", "orders it is not forced", "force row level security"),
    (a_table_without_policy, "row-level security", "problem", "On the table orders it has no policy", "redtag migrate"),
    (a_wrong_token, "slack", "problem", "Slack refuses the bot token: invalid_auth", "SLACK_BOT_TOKEN"),
    (a_wrong_token, "scopes", "skipped", "Slack cannot be asked", ""),
    (a_revoked_token, "slack", "problem", "token_revoked", "install the app again"),
    (a_user_token, "settings", "problem", "SLACK_BOT_TOKEN does not begin with xoxb-", "Bot User OAuth Token"),
    (a_token_in_quotes, "settings", "problem", "SLACK_SIGNING_SECRET has spaces or quotes", "without them"),
    (no_signing_secret, "settings", "problem", "SLACK_SIGNING_SECRET is missing", "Basic Information"),
    (a_port_that_is_none, "settings", "problem", "PORT is not a port number", "between 1 and 65535"),
    (a_plain_public_address, "settings", "problem", "REDTAG_PUBLIC_URL does not begin with https", "https"),
    (a_key_of_no_use, "settings", "warning", "REDTAG_SECRET_KEY is set and not used", "OAuth"),
    (a_wrong_key, "settings", "problem", "REDTAG_SECRET_KEY is not a list of Fernet keys", "base64"),
    (a_wrong_app_token, "socket mode", "problem", "Slack refuses the app token: invalid_auth", "connections:write"),
    (a_slack_that_refuses, "slack", "problem", "team_access_not_granted", "Try again"),
    (slack_down, "slack", "problem", "Slack is not reached at 127.0.0.1", "SLACK_API_URL"),
    (slack_down, "channels", "skipped", "Slack cannot be asked", ""),
    (slack_down, "templates", "skipped", "Slack cannot be asked", ""),
    (a_dead_notice, "outbox", "problem", "1 notice was given up", "redtag notices retry"),
    (a_notice_that_waits, "outbox", "problem", "A notice has been due for 7 min", "redtag worker"),
    (a_skewed_clock, "clock", "problem", "s ahead of Slack", "time service"),
    (a_slow_clock, "clock", "problem", "s behind the database", "time service"),
    (an_unverified_sender, "e-mail", "problem", "acme.example is not verified (pending)", "DNS records"),
    (a_foreign_sender, "e-mail", "problem", "elsewhere.example is not in the Resend account", "REDTAG_EMAIL_FROM"),
    (an_unreadable_sender, "e-mail", "problem", "REDTAG_EMAIL_FROM cannot be read", "Write it as"),
    (a_refused_mail_key, "e-mail", "problem", "Resend refuses the key", "RESEND_API_KEY"),
    (no_mail_key, "e-mail", "warning", "RESEND_API_KEY is not set", "Set RESEND_API_KEY"),
    (a_private_hook, "webhook", "problem", "leads to 127.0.0.1, a private address", "REDTAG_ALLOW_PRIVATE_HOOKS=1"),
    (a_plain_hook, "webhook", "problem", "is not https", "https address"),
    (a_hook_nowhere, "webhook", "problem", "erp.acme.invalid is not found", "refund_hook.url"),
    (a_hook_without_secret, "webhook", "problem", "REDTAG_HOOK_REFUNDS is not set", "Set REDTAG_HOOK_REFUNDS"),
    (a_webhook_without_secret, "webhook", "problem", "so the webhook erp cannot be signed", "Set REDTAG_HOOK_ERP"),
    (a_webhook_without_secret, "webhook", "problem", "The webhook erp's host", "webhooks[1].url"),
    (a_hook_with_a_poor_secret, "webhook", "problem", "is not a secret that can sign", "whsec_"),
    (a_broken_policy, "policy", "problem", "Mars/Olympus", "redtag desk apply"),
    (a_desk_whose_managers_have_no_channel, "policy", "warning", "Digest, escalations and exceptions", "desk apply"),
    (an_unreadable_policy, "policy", "problem", "desk", "redtag desk apply"),
    (a_template_that_slack_refuses, "templates", "problem", "invalid_message", "report it"),
]


@pytest.mark.parametrize(
    ("fault", "check", "state", "found", "mend"),
    FAULTS,
    ids=[f"{row[0].__name__}-{row[1]}".replace("_", " ") for row in FAULTS],
)
async def test_each_fault_has_its_own_line_and_its_mend(clinic, few_templates, fault, check, state, found, mend):
    await fault(clinic)
    findings = await clinic.look()
    assert any(
        (each.check, each.state.value) == (check, state) and found in each.found and mend in each.mend
        for each in findings
    ), [each for each in findings if each.check == check]
    assert {each.check for each in findings} == set(CHECKS)


async def test_a_private_hook_may_be_meant(clinic, few_templates):
    await a_private_hook(clinic)
    clinic.settings["REDTAG_ALLOW_PRIVATE_HOOKS"] = "1"
    assert {each.state for each in await clinic.look()} == {State.OK}


async def test_a_database_that_is_away_is_one_problem_and_slack_is_looked_at_all_the_same(clinic, few_templates):
    clinic.settings["DATABASE_URL"] = "postgresql://redtag:hunter2@127.0.0.1:9/redtag"
    findings = await clinic.look()
    problems = [each for each in findings if each.state is State.PROBLEM]
    assert [each.check for each in problems] == ["database"]
    assert "cannot be reached" in problems[0].found
    state = {each.check: each.state for each in findings}
    assert (state["slack"], state["templates"], state["e-mail"]) == (State.OK, State.OK, State.OK)
    assert (state["migrations"], state["channels"], state["outbox"]) == (State.SKIPPED,) * 3


async def test_several_desks_need_a_name_and_an_unknown_one_is_said_to_be(clinic, few_templates):
    await apply_policy(clinic.office.parts.pool, "T0OTHER", clinic.office.policy, by="test")
    (unclear,) = [each for each in await clinic.look() if each.check == "desk"]
    assert (unclear.state, unclear.mend) == (State.PROBLEM, "Say which with --team.")
    (chosen,) = [each for each in await clinic.look(DESK) if each.check == "desk"]
    assert chosen.state is State.OK
    (unknown,) = [each for each in await clinic.look("T0NOBODY") if each.check == "desk"]
    assert "redtag desk apply FILE --team T0NOBODY" in unknown.mend


async def test_a_token_of_another_workspace_is_named_and_its_people_are_not_judged(clinic, few_templates):
    await apply_policy(clinic.office.parts.pool, "T0OTHER", clinic.office.policy, by="test")
    findings = {each.check: each for each in await clinic.look("T0OTHER")}
    assert findings["slack"].state is State.PROBLEM
    assert "belongs to Acme (T0ACME), the desk is T0OTHER" in findings["slack"].found
    assert findings["people"].state is State.SKIPPED


async def test_a_slack_without_the_validator_is_said_kindly(clinic):
    clinic.workspace.fail("blocks.validate", "unknown_method")
    (found,) = [each for each in await clinic.look() if each.check == "templates"]
    assert (found.state, found.found) == (State.SKIPPED, "This Slack does not offer blocks.validate.")


async def test_a_key_that_may_only_send_is_no_problem(clinic, few_templates):
    clinic.workspace.fail("domains", "restricted_api_key", status=401)
    (found,) = [each for each in await clinic.look() if each.check == "e-mail"]
    assert found.state is State.SKIPPED


def test_a_data_folder_that_others_can_read_is_told(tmp_path):
    folder = tmp_path / "open"
    folder.mkdir(mode=0o755)
    (found,) = check_folder(read_settings({"REDTAG_DATA_DIR": str(folder)}))
    assert (found.state, found.mend) == (State.PROBLEM, f"Run: chmod 700 {folder}")
    folder.chmod(0o700)
    (found,) = check_folder(read_settings({"REDTAG_DATA_DIR": str(folder)}))
    assert found.state is State.OK


async def test_a_check_that_breaks_takes_no_other_down(clinic, few_templates, monkeypatch):
    async def broken(*_given):
        raise RuntimeError("xoxb-1234-secret")

    monkeypatch.setattr("bot.doctor.channels.check_channels", broken)
    findings = await clinic.look()
    (found,) = [each for each in findings if each.check == "channels"]
    assert (found.state, found.mend) == (State.PROBLEM, "Please report this line.")
    assert "[secret]" in found.found
    assert [each.check for each in findings if each.state is not State.OK] == ["channels"]


async def test_a_check_that_hangs_ends_with_its_time():
    findings = []
    exam = Examination({}, read_settings({}), findings.append, [])
    await exam.check("e-mail", asyncio.Event().wait(), seconds=0.1)
    assert findings[0].state is State.PROBLEM
    assert "no answer within" in findings[0].found


# The command


async def run(clinic, *words):
    return await asyncio.to_thread(redtag, "doctor", *words, **clinic.settings)


async def test_the_command_prints_a_line_for_each_check_and_a_summary(clinic):
    ended = await run(clinic)
    assert (ended.code, ended.errors) == (0, ""), ended
    lines = ended.output.splitlines()
    assert lines[0].startswith("✓ ok       settings            HTTP, port 3000;")
    assert lines[-1] == "✓ Nothing is wrong: 20 ok, 0 skipped."
    assert len(lines) == len(CHECKS) + 2


async def test_the_command_ends_with_1_at_any_problem_and_says_how_to_mend_it(clinic):
    await an_archived_channel(clinic)
    ended = await run(clinic)
    assert ended.code == 1
    assert "✗ problem  channels            #floor, C0FLOOR (desk.floor_channel), is archived" in ended.output
    assert "→ Restore it in Slack, or name another in the policy." in ended.output
    assert ended.output.splitlines()[-1] == "✗ 1 problem, 0 warnings; 20 ok, 0 skipped."


async def test_a_warning_alone_ends_with_0(clinic):
    await a_role_without_an_address(clinic)
    ended = await run(clinic, "--json")
    assert ended.code == 0
    assert json.loads(ended.output)["ok"] is True


async def test_json_has_each_line_and_no_secret_is_printed_in_either_form(clinic):
    secrets = {
        "SLACK_BOT_TOKEN": "xoxb-hidden-1",
        "SLACK_APP_TOKEN": "xapp-hidden-2",
        "SLACK_SIGNING_SECRET": "hidden-three",
        "SLACK_SIGNING_SECRET_PREVIOUS": "hidden-three",
        "RESEND_API_KEY": "hidden_4",
        "REDTAG_SECRET_KEY": "hidden-5",
        "DATABASE_URL": clinic.settings["DATABASE_URL"],
    }
    await clinic.hook("https://127.0.0.1/refunds", secret="hidden-6")
    clinic.settings.update(secrets)
    told, plain = await run(clinic, "--json"), await run(clinic)
    assert (told.code, plain.code) == (1, 1)
    found = json.loads(told.output)
    assert set(found) == {"ok", "checks"}
    assert found["ok"] is False
    for each in found["checks"]:
        assert set(each) == {"check", "state", "found", "mend"}
        assert each["state"] in {"ok", "warning", "problem", "skipped"}
    password = psycopg.conninfo.conninfo_to_dict(clinic.office.url)["password"]
    for said in (told.output + told.errors, plain.output + plain.errors):
        assert "hidden" not in said
        assert password not in said


async def test_wrong_usage_ends_with_2(clinic):
    assert (await run(clinic, "--nonsense")).code == 2


def test_the_embedded_database_is_looked_at_too(tmp_path):
    data = tmp_path / "data"
    assert redtag("migrate", data_dir=data).code == 0
    ended = redtag("doctor", "--json", data_dir=data)
    state = {each["check"]: each for each in json.loads(ended.output)["checks"]}
    assert ended.code == 1
    for check in ("data folder", "database", "migrations", "row-level security", "database roles"):
        assert state[check]["state"] == "ok", state[check]
    assert state["desk"]["mend"].startswith("Make it with `redtag desk apply FILE --team T…`;")


def test_the_summary_counts():
    found = [Finding("a", State.PROBLEM, ""), Finding("b", State.WARNING, ""), Finding("c", State.SKIPPED, "")]
    assert summary(found) == "✗ 1 problem, 1 warning; 0 ok, 1 skipped."
    assert summary(found[1:]) == "! 0 problems, 1 warning; 0 ok, 1 skipped."


async def test_every_channel_that_the_policy_names_is_looked_at(office):
    named = channels_of(office.policy)
    assert named["C0MGRS"] == ["desk.managers_channel", "roles.manager", "roles.admin"]
    assert {"C0FLOOR", "C0AUDIT", "C0CREDIT"} <= named.keys()


async def test_where_slack_slows_down_each_form_of_message_is_looked_at_first_and_the_rest_is_named(
    clinic, monkeypatch
):
    monkeypatch.setattr(templates, "SECONDS", 0.5)
    clinic.workspace.fail("blocks.validate", times=-1, delay=0.1)
    (found,) = [each for each in await clinic.look() if each.check == "templates"]
    assert (found.state, found.mend) == (State.WARNING, "Try again in some minutes.")
    assert found.found.endswith("were looked at (no more time).")
    shapes = [templates.shape_of(specimen) for specimen in templates.new_shapes_first(list(specimens()))]
    distinct = len(set(shapes))
    assert len(set(shapes[:distinct])) == distinct
