"""The catalogue of what the bot shows is whole, and what stands in it is what Slack takes."""

import importlib
import inspect
import pkgutil
import sys
from pathlib import Path

import pytest

import bot.slack
from bot.slack import asked_words, words
from bot.slack.specimens import replies, specimens
from playground.slack import blockkit
from workflows.policy.load import parse_policy
from workflows.results import Refusal
from workflows.values import Kind, RequestState

DEMO_POLICY = Path(__file__).parents[2] / "playground" / "demo_policy.toml"
TOLD = (words, asked_words)  # where the sentences are
# What makes one part of a message or form for the builders, or is no drawing at all.
NOT_BUILDERS = {"forms.parts.form", "words.as_private"}


@pytest.fixture(scope="module")
def policy():
    return parse_policy(DEMO_POLICY.read_text())


@pytest.fixture(scope="module")
def catalogue(policy):
    return list(specimens(policy))


def problems(specimen):
    if specimen.kind == "message":
        return blockkit.check_message({"channel": "C0CREDIT", **specimen.payload})
    return blockkit.check_view(specimen.payload)


def test_the_strict_workspace_takes_every_specimen(catalogue):
    assert {each.name: problems(each) for each in catalogue if problems(each)} == {}


def test_an_empty_template_has_specimens_too():
    assert {each.name: problems(each) for each in specimens() if problems(each)} == {}


def test_a_broken_specimen_would_be_found(catalogue):
    card = next(each for each in catalogue if each.name == "card.place_hold.pending")
    card = type(card)(card.name, card.kind, {**card.payload, "blocks": [{"type": "nonsense"}]})
    assert problems(card)


def test_each_specimen_has_a_name_of_its_own(catalogue):
    names = [each.name for each in catalogue]
    assert sorted(names) == sorted(set(names))
    assert {each.kind for each in catalogue} == {"message", "modal", "home"}


def builders():
    """Public functions of the bot's Slack side that give a message or a view, by the code that they run."""
    found = {}
    for module in pkgutil.walk_packages(bot.slack.__path__, "bot.slack."):
        if ".listeners" in module.name or ".specimens" in module.name:
            continue
        loaded = importlib.import_module(module.name)
        for name, function in inspect.getmembers(loaded, inspect.isfunction):
            gives = str(function.__annotations__.get("return", ""))
            drawn = gives in {str(bot.slack.blocks.Message), str(bot.slack.blocks.View)} and name != "message"
            if drawn and function.__module__ == loaded.__name__ and not name.startswith("_"):
                found[f"{loaded.__name__.removeprefix('bot.slack.')}.{name}"] = function.__code__
    return found


def called(work):
    codes = set()
    before = sys.getprofile()
    sys.setprofile(lambda frame, event, _arg: codes.add(frame.f_code) if event == "call" else None)
    try:
        work()
    finally:
        sys.setprofile(before)
    return codes


def drawing_functions():
    return {
        name: code
        for name, code in builders().items()
        if name.split(".")[0] not in {"blocks", "facts", "text", "options", "app", "desk", "call", "people"}
    }


def test_every_card_form_and_view_that_can_be_built_has_a_specimen(policy):
    known = drawing_functions()
    assert {"cards.approval_card", "floor.floor_post", "forms.hold.build", "home.home_view"} <= known.keys()
    drawn = called(lambda: list(specimens(policy)))
    assert {name for name, code in known.items() if code not in drawn} - NOT_BUILDERS == set()


def test_every_sentence_and_every_refusal_has_a_specimen(policy, catalogue):
    names = {each.name for each in catalogue}
    assert {f"done.{kind}.{what}" for told in TOLD for what, kind in told.SENTENCES} <= names
    assert {f"outcome.{kind}.{what}" for told in TOLD for what, kind in told.OUTCOMES} <= names
    ours = {name for name, kind in Refusal.KINDS.items() if kind.__module__.startswith("workflows.")}
    assert {f"refused.{name}" for name in ours} <= names


def test_every_kind_of_request_has_cards_in_each_state(catalogue):
    wanted = {f"card.{kind}.{state}" for kind in Kind for state in RequestState}
    assert wanted <= {each.name for each in catalogue}


def test_every_refusal_of_several_sentences_is_shown_in_each(policy):
    shown = [words.say(refusal) for _, refusal in replies.refusals(policy)]
    assert len(shown) == len(set(shown))
