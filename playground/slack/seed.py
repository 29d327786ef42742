"""The workspace that the demo and the tests start from."""

from dataclasses import dataclass, field

from playground.slack.model import Channel, User

BOT_USER = "U0BOT"
SCOPES = (
    "commands",
    "chat:write",
    "users:read",
    "users:read.email",
    "usergroups:read",
    "files:read",
    "files:write",
    "im:write",
    "channels:read",
    "groups:read",
)
"""What tests of the workspace itself use."""
INSTALLED_SCOPES = (
    "channels:read",
    "chat:write",
    "chat:write.public",
    "commands",
    "files:read",
    "files:write",
    "groups:read",
    "usergroups:read",
    "users:read",
    "users:read.email",
)
"""What the app's manifest asks for: a demo that grants more would hide what a real workspace refuses."""


@dataclass(frozen=True)
class Seed:
    users: tuple[User, ...]
    channels: tuple[Channel, ...]
    scopes: tuple[str, ...] = SCOPES
    user_groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Group id (S…) → member ids."""
    team_id: str = "T0ACME"
    team_name: str = "Acme"
    team_domain: str = "acme"
    app_id: str = "A0REDTAG"
    bot_id: str = "B0REDTAG"
    bot_user: str = BOT_USER
    bot_name: str = "redtag"
    home_tab: bool = True
    messages_tab: bool = True

    @property
    def creator(self) -> str:
        """Who made the channels: the first admin, or else the first person."""
        return next((user.id for user in self.users if user.is_admin), self.users[0].id)


_PEOPLE = (
    ("U0ROSA", "Rosa Alvarez", "Credit"),
    ("U0IVAN", "Ivan Petrov", "Credit"),
    ("U0CARL", "Carla Nguyen", "Customer service"),
    ("U0SAMI", "Sami O'Neil", "Customer service"),
    ("U0WALT", "Walt Brandt", "Warehouse lead"),
    ("U0LENA", "Lena Fischer", "Customer service lead"),
    ("U0FAYE", "Faye Osei", "Fraud review"),
    ("U0PRIA", "Pria Nair", "Pricing"),
    ("U0ARNO", "Arno Vidal", "Accounts receivable"),
    ("U0MONA", "Mona Haddad", "Operations manager"),
    ("U0ADAM", "Adam Reyes", "Workspace admin"),
)
_ROOMS = (
    ("C0ORDERS", "order-desk", "Orders, questions, and commands"),
    ("C0CREDIT", "credit", "Credit holds wait here for a signature"),
    ("C0STOCK", "warehouse", "Stock holds wait here for a signature"),
    ("C0CSLEAD", "cs-leads", "Customer holds, cancels and changes"),
    ("C0FRAUD", "fraud-review", "Fraud review"),
    ("C0PRICE", "pricing", "Pricing questions and holds"),
    ("C0AR", "accounts-receivable", "Refunds and credits"),
    ("C0MGRS", "managers", "Digest, escalations, exceptions"),
    ("C0FLOOR", "floor", "What may move, and what may not"),
    ("C0AUDIT", "audit", "Seals of the audit trail"),
)


def demo_seed() -> Seed:
    staff = tuple(_person(*row) for row in _PEOPLE)
    everybody = tuple(user.id for user in staff)
    return Seed(
        users=(*staff, *_strangers(), _bot()),
        channels=(
            *(_room(row, everybody) for row in _ROOMS),
            Channel("C0RANDOM", "random", everybody, topic="Anything else"),
        ),
    )


def _person(user_id: str, name: str, title: str) -> User:
    first = name.split(maxsplit=1)[0].lower()
    return User(user_id, first, name, f"{first}@acme.example", title, is_admin=user_id == "U0ADAM")


def _strangers() -> tuple[User, ...]:
    """A guest, somebody who left, and a partner of another workspace, who has no e-mail or time zone for us."""
    hidden = ("email", "is_restricted", "is_ultra_restricted", "is_admin", "is_owner", "tz_label", "locale")
    return (
        User("U0GUES", "gus", "Gus Guest", "gus@partner.example", is_restricted=True, is_ultra_restricted=True),
        User("U0LEFT", "lou", "Lou Left", "lou@acme.example", deleted=True),
        User("U0EXTN", "ext", "Ext Partner", team_id="T0OTHER", absent=hidden),
    )


def _bot() -> User:
    return User(BOT_USER, "redtag", "Redtag", title="App", is_bot=True, bot_id="B0REDTAG")


def _room(row: tuple[str, str, str], everybody: tuple[str, ...]) -> Channel:
    channel_id, name, topic = row
    guests = ("U0GUES", "U0EXTN") if channel_id == "C0ORDERS" else ()
    members = (*everybody, *guests, BOT_USER)
    return Channel(channel_id, name, members, is_ext_shared="U0EXTN" in members, topic=topic)
