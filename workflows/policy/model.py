"""A desk's policy: who may ask, who must sign, how many, how long. Frozen, and parsed once a version."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr, model_validator

from workflows.policy.fields import (
    UNREADABLE,
    Addresses,
    Amount,
    Flag,
    Link,
    Period,
    Text,
    TextOrTexts,
    Word,
    WordOrWords,
    Words,
    folded,
    unique,
)

ReasonKind = Literal["hold", "release", "cancel", "change"]
RuleKind = Literal["place_hold", "release_hold", "cancel", "change"]
ExportKind = Literal["holds", "cancellations", "changes", "refunds"]
StageWord = Literal["open", "allocated", "picked", "packed", "shipped", "delivered"]
WebhookType = Literal["cancellation.approved", "change.approved", "hold.placed", "hold.released"]

WEBHOOK_TYPES: Final[tuple[WebhookType, ...]] = get_args(WebhookType)
WORKING_WEEK: Final = ("mon", "tue", "wed", "thu", "fri")
# Who signs where a reason does not say: the owners of the default policy.
HOLD_OWNERS: Final[Mapping[str, str]] = {"stock": "warehouse", "customer": "cs_lead"}
LEAD: Final = "cs_lead"
LABELS: Final[Mapping[str, str]] = {
    "ar": "Accounts receivable",
    "cs_lead": "Customer service lead",
    "csr": "Customer service",
}


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class OrderNumberFormat(Part):
    """What people type to what is stored. `strip`: characters dropped at both ends; `pad`: digits to fill up to."""

    pattern: Link | None = None
    strip: Word = "#"
    uppercase: Flag = True
    pad: int = Field(default=0, ge=0, le=20, strict=True)


class RefundHook(Part):
    url: Link
    secret: Text
    tax: Literal["proportional", "never"] = "proportional"
    shipping: Literal["proportional", "never"] = "never"


class Webhook(Part):
    """No `types`: every one."""

    name: Word
    url: Link
    secret: Text
    types: Annotated[tuple[WebhookType, ...], AfterValidator(unique)] | None = None


class Sheet(Part):
    """A published sheet that orders are read from: `every` so often, `at` times of the desk's day, or when asked.

    `mapping`: a saved mapping or a preset; left out, it is recognised by its header.
    """

    name: Word
    url: Link
    every: Period = None
    at: Words = ()
    mapping: Text = ""


class DeskSettings(Part):
    name: Text
    timezone: Text
    workdays: Words = WORKING_WEEK
    work_hours: Words = ()  # from, until; empty: all day
    digest_at: Word = "08:30"
    ship_cutoff: Word = ""  # until when the orders of a day can leave; empty: midnight
    floor_channel: Word
    managers_channel: Word = ""
    audit_channel: Word = ""
    floor_email: Addresses = ()
    managers_email: Addresses = ()
    order_number: OrderNumberFormat = OrderNumberFormat()
    cancel_blocked_from: StageWord = "shipped"
    change_blocked_from: StageWord = "picked"
    self_approval: Flag = False
    owner_placement_signs: Flag = True
    gate_blocks_requested: Flag = True
    gate_blocks_pending: Flag = True
    gate_unknown_order: Literal["no", "404"] = "no"
    missing_orders: Literal["leave", "ask", "shipped"] = "ask"
    refund_hook: RefundHook | None = None


class Role(Part):
    """`label` is filled from the role's name where the policy gives none."""

    label: Text = ""
    channel: Word
    members: Words = ()
    user_groups: Words = ()
    notify: Words = ()
    email: Addresses = ()
    _covers: Mapping[str, tuple[str, ...]] = PrivateAttr(default_factory=dict)
    _away: frozenset[str] = PrivateAttr(default=frozenset())

    def staffed(
        self, members: tuple[str, ...], *, covers: Mapping[str, tuple[str, ...]], away: frozenset[str]
    ) -> "Role":
        """The role on one day. `covers`: deputy -> the members in whose names they sign; all are among `members`."""
        role = self.model_copy(update={"members": members})
        role._covers, role._away = dict(covers), away  # noqa: SLF001 - a copy of our own
        return role

    @property
    def present(self) -> tuple[str, ...]:
        """Who can be asked today."""
        return tuple(member for member in self.members if member not in self._away)

    @property
    def covers(self) -> Mapping[str, tuple[str, ...]]:
        return self._covers


class Reason(Part):
    """`owner` is the role that signs; a release reason has none, because the hold's reason decides."""

    kind: ReasonKind
    code: Word
    label: Text = ""
    owner: Word | None = None
    stale_after: Period = timedelta(days=2)
    note: Literal["optional", "required"] = "optional"

    @model_validator(mode="before")
    @classmethod
    def _defaults(cls, data: Any) -> Any:
        if not isinstance(data, dict) or not isinstance(data.get("code"), str):
            return data
        code = UNREADABLE.sub("", data["code"])[:40]
        owner = _default_owner(data.get("kind"), code)
        return {"label": in_words(code), **({"owner": owner} if owner else {}), **data}


class Signature(Part):
    role: Word
    approvals: int = Field(default=1, ge=1, le=20, strict=True)


class When(Part):
    """All that is given must hold. Thresholds are major units by currency; a currency without one matches."""

    order_total_over: dict[Word, Amount] = Field(default_factory=dict, max_length=200)
    refund_over: dict[Word, Amount] = Field(default_factory=dict, max_length=200)
    reason: WordOrWords = ()
    stage: WordOrWords = ()
    customer: TextOrTexts = ()

    @property
    def is_always(self) -> bool:
        return not (self.order_total_over or self.refund_over or self.reason or self.stage or self.customer)


class Rule(Part):
    """No `ask`: any active member may. No `sign`: the owner of the reason. A period of None means never."""

    kind: RuleKind
    when: When = When()
    ask: WordOrWords | None = None
    sign: tuple[Signature, ...] = Field(default=(), max_length=10)
    remind_after: Period = timedelta(hours=2)
    escalate_after: Period = timedelta(days=1)
    escalate_to: Word | None = None
    expire_after: Period = timedelta(days=7)


class Column(Part):
    header: Text
    field: Word


class Export(Part):
    """No `columns`: every one there is. `codes`: our words, such as codes of reasons, to the desk's.

    Moments have the `time_format`, where there is none the `date_format`, with the time of day where that is ours.
    """

    kind: ExportKind
    columns: tuple[Column, ...] = Field(default=(), max_length=100)
    date_format: Word = "%Y-%m-%d"
    time_format: Word = ""
    amounts: Literal["major", "minor"] = "major"
    decimal_sign: Literal[".", ","] = "."
    people: Literal["names", "ids"] = "names"
    codes: dict[Word, Text] = Field(default_factory=dict, max_length=500)
    delimiter: Literal[",", ";", "|", "tab"] = ","
    line_ends: Literal["crlf", "lf"] = "crlf"
    encoding: Word = "utf-8"


class Policy(Part):
    """The whole document. `stages` maps the desk's words to ours."""

    desk: DeskSettings
    stages: dict[Text, Word] = Field(default_factory=dict, max_length=500)
    roles: dict[Word, Role] = Field(default_factory=dict, max_length=50)
    reasons: tuple[Reason, ...] = Field(default=(), max_length=400)
    rules: tuple[Rule, ...] = Field(default=(), max_length=200)
    exports: tuple[Export, ...] = Field(default=(), max_length=20)
    webhooks: tuple[Webhook, ...] = Field(default=(), max_length=20)
    sheets: tuple[Sheet, ...] = Field(default=(), max_length=20)

    @model_validator(mode="before")
    @classmethod
    def _labels(cls, data: Any) -> Any:
        if not isinstance(data, dict) or not isinstance(data.get("roles"), dict):
            return data
        return {**data, "roles": {name: _labelled(name, role) for name, role in data["roles"].items()}}

    def reason(self, kind: str, code: str) -> Reason | None:
        """The reason with this code, else with this label, in any case."""
        typed, known = folded(code), self.reasons_of(kind)
        by_code = (reason for reason in known if folded(reason.code) == typed)
        by_label = (reason for reason in known if folded(reason.label) == typed)
        return next(by_code, None) or next(by_label, None)

    def reasons_of(self, kind: str) -> tuple[Reason, ...]:
        return tuple(reason for reason in self.reasons if reason.kind == kind)

    def roles_of(self, user_id: str) -> frozenset[str]:
        """Also those in which they are somebody's deputy."""
        return frozenset(name for name, role in self.roles.items() if user_id in role.members)

    def own_roles_of(self, user_id: str) -> frozenset[str]:
        return frozenset(name for name in self.roles_of(user_id) if not self.in_whose_name(name, user_id))

    def in_whose_name(self, role: str, user_id: str, barred: Collection[str] = ()) -> str:
        """The member for whom this person signs as a deputy, not a `barred` one if possible; "": for themselves."""
        away = self.roles[role].covers.get(user_id, ()) if role in self.roles else ()
        return next((member for member in away if member not in barred), away[0] if away else "")

    def role_label(self, role: str) -> str:
        """Also for a role that has left the policy."""
        return self.roles[role].label if role in self.roles else LABELS.get(role, in_words(role))


def in_words(code: str) -> str:
    """`out-of-stock` as `Out of stock`."""
    words = code.replace("-", " ").replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def _default_owner(kind: object, code: str) -> str | None:
    if kind == "hold":
        return HOLD_OWNERS.get(code, code)
    return LEAD if kind in {"cancel", "change"} else None


def _labelled(name: object, role: object) -> object:
    if not isinstance(role, dict) or role.get("label") or not isinstance(name, str):
        return role
    return {**role, "label": LABELS.get(name, in_words(UNREADABLE.sub("", name)[:40]))}
