"""A workspace with a cast of one's own, described in JSON, in place of the Acme company.

Keys: team (id, name, domain); users (id, name, real_name, and if wished email, title, tz, is_admin, is_restricted,
deleted); channels (id, name, and if wished topic, is_private, is_archived, bot_is_member, members); if wished
user_groups (id, members) and bot (user_id, bot_id, app_id, name, scopes). Any other key is refused.
"""

from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from playground.slack.model import Channel, User
from playground.slack.seed import INSTALLED_SCOPES, Seed

Name = Annotated[str, StringConstraints(min_length=1, max_length=80)]
TeamId = Annotated[str, StringConstraints(pattern=r"^[TE][A-Z0-9]+$")]
UserId = Annotated[str, StringConstraints(pattern=r"^[UW][A-Z0-9]+$")]
ChannelId = Annotated[str, StringConstraints(pattern=r"^[CG][A-Z0-9]+$")]
GroupId = Annotated[str, StringConstraints(pattern=r"^S[A-Z0-9]+$")]


class SeedProblem(ValueError):
    """One sentence that says what is wrong with a seed file, and where."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _Team(_Part):
    id: TeamId
    name: Name
    domain: Name


class _Person(_Part):
    id: UserId
    name: Name
    real_name: Name
    email: str = ""
    title: str = ""
    tz: str = "America/Chicago"
    is_admin: bool = False
    is_restricted: bool = False
    deleted: bool = False


class _Room(_Part):
    id: ChannelId
    name: Name
    topic: str = ""
    is_private: bool = False
    is_archived: bool = False
    bot_is_member: bool = True
    members: tuple[UserId, ...] | None = Field(default=None, strict=False)
    """Everybody, when not said."""


class _Group(_Part):
    id: GroupId
    members: tuple[UserId, ...] = Field(strict=False)


class _Bot(_Part):
    user_id: UserId = "U0BOT"
    bot_id: Annotated[str, StringConstraints(pattern=r"^B[A-Z0-9]+$")] = "B0REDTAG"
    app_id: Annotated[str, StringConstraints(pattern=r"^A[A-Z0-9]+$")] = "A0REDTAG"
    name: Name = "redtag"
    scopes: tuple[str, ...] = Field(default=INSTALLED_SCOPES, strict=False)


class _Cast(_Part):
    team: _Team
    users: tuple[_Person, ...] = Field(min_length=1, strict=False)
    channels: tuple[_Room, ...] = Field(strict=False)
    user_groups: tuple[_Group, ...] = Field(default=(), strict=False)
    bot: _Bot = _Bot()

    @model_validator(mode="after")
    def _ids_are_unique_and_known(self) -> Self:
        people = [one.id for one in self.users]
        listed = [self.bot.user_id, *people, *(room.id for room in self.channels)]
        listed += [group.id for group in self.user_groups]
        twice = next((one for one in listed if listed.count(one) > 1), None)
        if twice:
            raise ValueError(f"{twice} stands there twice")
        named = [one for room in self.channels for one in room.members or ()]
        named += [one for group in self.user_groups for one in group.members]
        stranger = next((one for one in named if one not in people), None)
        if stranger:
            raise ValueError(f"{stranger} is a member, but not among the users")
        return self


def read_seed(path: Path) -> Seed:
    """Raises SeedProblem, and OSError when the file cannot be read."""
    return seed_of(path.read_bytes())


def seed_of(text: str | bytes) -> Seed:
    try:
        return _seed(_Cast.model_validate_json(text))
    except ValidationError as problem:
        raise SeedProblem(_sentence(problem)) from None


def _sentence(problem: ValidationError) -> str:
    first = problem.errors(include_url=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    said = {"extra_forbidden": "there is no such key", "missing": "this key is missing"}
    words = said.get(first["type"], first["msg"].removeprefix("Value error, "))
    return f"{where}: {words}" if where else words


def _seed(cast: _Cast) -> Seed:
    team, bot = cast.team, cast.bot
    app = User(bot.user_id, bot.name, bot.name, title="App", team_id=team.id, is_bot=True, bot_id=bot.bot_id)
    return Seed(
        users=(*(User(**one.model_dump(), team_id=team.id) for one in cast.users), app),
        channels=tuple(_channel(cast, one) for one in cast.channels),
        scopes=bot.scopes,
        user_groups={one.id: one.members for one in cast.user_groups},
        team_id=team.id,
        team_name=team.name,
        team_domain=team.domain,
        app_id=bot.app_id,
        bot_id=bot.bot_id,
        bot_user=bot.user_id,
        bot_name=bot.name,
    )


def _channel(cast: _Cast, room: _Room) -> Channel:
    everybody = tuple(one.id for one in cast.users if not one.deleted)
    people = everybody if room.members is None else room.members
    members = (*people, cast.bot.user_id) if room.bot_is_member else people
    kept = room.model_dump(exclude={"members", "bot_is_member"})
    return Channel(**kept, members=members)
