"""What the page offers to type is what the app's own manifest declares."""

import re
from pathlib import Path

from playground.web.commands import DEFAULT

MANIFEST = Path(__file__).parents[2] / "manifest.yml"
COMMAND = re.compile(r"- command: (\S+)\n\s+url: .*\n\s+description: (.*)\n\s+usage_hint: \"?(.*?)\"?\n")
SHORTCUT = re.compile(r"- name: (.*)\n\s+type: (\w+)\n\s+callback_id: (\S+)\n")


def test_commands_and_their_usage_hints_are_those_of_the_manifest():
    declared = COMMAND.findall(MANIFEST.read_text())
    assert len(declared) >= 4
    assert declared == [(one.name, one.description, one.usage) for one in DEFAULT.commands]


def test_shortcuts_are_those_of_the_manifest():
    declared = SHORTCUT.findall(MANIFEST.read_text())
    assert len(declared) >= 3
    shown = [(one.name, "message" if one.on_message else "global", one.callback_id) for one in DEFAULT.shortcuts]
    assert declared == shown
