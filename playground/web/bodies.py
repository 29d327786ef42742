"""What the page sends. `values` are everything filled in on a surface, in the shape of Slack's state.values."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

States = dict[str, dict[str, dict[str, Any]]]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")
    user: str


class Typed(Body):
    channel: str
    text: str = Field(min_length=1)
    thread_ts: str | None = None


class Acted(Body):
    action_id: str
    block_id: str = ""
    state: dict[str, Any] = Field(default_factory=dict)
    """The value of the element itself."""
    values: States = Field(default_factory=dict)


class Click(Acted):
    channel: str
    ts: str


class Act(Acted):
    view_id: str


class Submit(Body):
    view_id: str
    values: States = Field(default_factory=dict)


class Close(Body):
    view_id: str
    all: bool = False


class Suggest(Body):
    """On a view, or on the message with that channel and ts."""

    action_id: str
    block_id: str = ""
    typed: str = ""
    view_id: str = ""
    channel: str = ""
    ts: str = ""
    values: States = Field(default_factory=dict)


class Shortcut(Body):
    """On a message, or a global one."""

    callback_id: str
    channel: str = ""
    ts: str = ""


class Read(Body):
    channel: str
    ts: str
