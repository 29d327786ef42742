"""Which committed change is owed to which endpoint."""

import json

import pytest

from tests.factories import NOW, make_hold, make_order, make_policy, make_request
from workflows.commands import Decide, PlaceHold
from workflows.decide import decide
from workflows.hook_calls import CallKey, key_of
from workflows.outcome import Snapshot
from workflows.policy.model import RefundHook, Webhook
from workflows.transitions import Action
from workflows.values import Actor, HoldState, Kind, Standing

URL, SECRET = "https://erp.acme.example/redtag", "env:REDTAG_HOOK_ERP"
ERP = Webhook(name="erp", url=URL, secret=SECRET)
PLACED = Webhook(name="wms", url=URL, secret=SECRET, types=("hold.placed",))
HOOK = RefundHook(url=URL, secret=SECRET)


def desk_with(*webhooks, hook=HOOK):
    return make_policy(webhooks=webhooks, desk={"refund_hook": hook})


def snapshot(user="U0ROSA", *, holds=(), requests=()):
    return Snapshot(
        now=NOW,
        actor=Actor(user, Standing.ACTIVE, "Rosa Alvarez"),
        order=make_order(),
        holds=holds,
        requests=requests,
        names={user: "Rosa Alvarez"},
        desk_id="T0ACME",
    )


def released(policy, *others):
    holds = (make_hold(state=HoldState.RELEASE_REQUESTED), *others)
    request = make_request(kind=Kind.RELEASE_HOLD)
    return decide(snapshot(holds=holds, requests=(request,)), Decide(12, Action.APPROVE), policy)


@pytest.mark.parametrize(
    ("webhooks", "names"), [((), []), ((PLACED,), ["wms"]), ((ERP, PLACED), ["erp", "wms"])], ids=len
)
def test_a_hold_that_is_placed_in_one_step_is_owed_to_whoever_wants_it(webhooks, names):
    outcome = decide(snapshot(), PlaceHold("ORD-123", "credit"), desk_with(*webhooks))
    assert [call.endpoint for call in outcome.hook_calls] == names
    assert [notice.lane for notice in outcome.notices if notice.kind == "hook"] == [f"hook:{name}" for name in names]
    for call in outcome.hook_calls:
        body = json.loads(call.body)["data"]
        assert (call.type, call.request, call.hold, call.kind) == ("hold.placed", 0, 0, Kind.PLACE_HOLD)
        assert (body["request"], body["hold"], body["label"]) == ("R-0", "H-0", "Credit not cleared")
        assert body["approvers"] == [{"slack_user_id": "U0ROSA", "name": "Rosa Alvarez", "role": "credit"}]


def test_a_note_that_looks_like_a_number_to_come_stays_as_it_is_in_the_text():
    typed = PlaceHold("ORD-123", "credit", note='"request":"R-0","hold":"H-0"')
    (call,) = decide(snapshot(), typed, desk_with(ERP)).hook_calls
    assert call.body.count('"request":"R-0"') == call.body.count('"hold":"H-0"') == 1


def test_a_release_says_which_other_holds_stand_and_goes_to_no_refund_system():
    other = make_hold(number=18, reason="stock", state=HoldState.ACTIVE)
    over = make_hold(number=19, reason="fraud", state=HoldState.RELEASED)
    (call,) = released(desk_with(ERP, PLACED), other, over).hook_calls
    assert (call.endpoint, call.type, call.request, call.hold, call.amount) == ("erp", "hold.released", 12, 17, 0)
    data = json.loads(call.body)["data"]
    assert data["other_holds"] == [{"hold": "H-18", "reason": "stock", "state": "active"}]
    assert (data["release_reason"], data["by"]) == ("paid", "release_hold")


def test_what_is_only_asked_for_or_previewed_is_owed_to_nobody():
    asked = decide(snapshot("U0CARL"), PlaceHold("ORD-123", "credit"), desk_with(ERP))
    previewed = decide(snapshot(), PlaceHold("ORD-123", "credit", preview=True), desk_with(ERP))
    rejected = make_request()
    ended = decide(
        snapshot(holds=(make_hold(),), requests=(rejected,)), Decide(12, Action.REJECT, note="no"), desk_with(ERP)
    )
    assert [each.hook_calls for each in (asked, previewed, ended)] == [(), (), ()]


@pytest.mark.parametrize(
    ("payload", "key"),
    [
        ({"endpoint": "refund"}, CallKey("refund", 12, "cancellation.approved", 0)),
        ({"endpoint": "erp", "type": "hold.released", "hold": 17}, CallKey("erp", 12, "hold.released", 17)),
        (
            {"endpoint": "erp", "type": "hold.placed", "hold": 0, "numbers": [12, 18]},
            CallKey("erp", 12, "hold.placed", 18),
        ),
    ],
)
def test_a_notice_names_its_call(payload, key):
    assert key_of(payload, 12) == key
