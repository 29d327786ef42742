"""The shape of the payloads we use. Anything Slack adds is let through; anything we read must be there and readable."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

Id = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{1,32}$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=255)]
Text = Annotated[str, StringConstraints(max_length=20_000)]


class Shape(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)


class Team(Shape):
    id: Id


class Person(Shape):
    id: Id
    team_id: Id | None = None


class Channel(Shape):
    id: Id


class Clicked(Shape):
    action_id: Name
    value: Text | None = None


class View(Shape):
    id: Id
    callback_id: Annotated[str, StringConstraints(max_length=255)] = ""
    private_metadata: Text = ""
    state: dict[str, Any] | None = None


class Interaction(Shape):
    user: Person
    team: Team | None = None  # null where the app is installed for a whole organization
    channel: Channel | None = None
    response_url: Text | None = None
    trigger_id: Text | None = None


class BlockActions(Interaction):
    actions: Annotated[list[Clicked], Field(min_length=1)]
    view: View | None = None


class Submission(Interaction):
    view: View


class Suggestion(Interaction):
    action_id: Name
    value: Text = ""


class Shortcut(Interaction):
    callback_id: Name


class Command(Shape):
    command: Name
    user_id: Id
    team_id: Id
    channel_id: Id | None = None
    text: Text = ""
    response_url: Text | None = None
    trigger_id: Text | None = None


class EventType(Shape):
    type: Name


class Event(Shape):
    team_id: Id
    event: EventType


SHAPES: Final[Mapping[str, type[Shape]]] = {
    "block_actions": BlockActions,
    "block_suggestion": Suggestion,
    "event_callback": Event,
    "message_action": Shortcut,
    "shortcut": Shortcut,
    "view_closed": Submission,
    "view_submission": Submission,
}


def problem_with(payload: Mapping[str, Any]) -> str | None:
    """Where a payload is not what Slack documents, without any of its content; None where it is."""
    shape = Command if "command" in payload else SHAPES.get(str(payload.get("type")))
    if shape is None:
        return None
    try:
        shape.model_validate(payload)
    except ValidationError as wrong:
        first = wrong.errors(include_input=False, include_url=False)[0]
        return f"{'.'.join(str(part) for part in first['loc'])}: {first['type']}"
    return None
