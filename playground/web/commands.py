"""What the page offers when somebody types a slash, and in the shortcut menus."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Command:
    name: str
    description: str
    usage: str


@dataclass(frozen=True)
class Shortcut:
    callback_id: str
    name: str
    on_message: bool


@dataclass(frozen=True)
class Menu:
    commands: tuple[Command, ...]
    shortcuts: tuple[Shortcut, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "commands": [asdict(command) for command in self.commands],
            "message_shortcuts": [asdict(one) for one in self.shortcuts if one.on_message],
            "global_shortcuts": [asdict(one) for one in self.shortcuts if not one.on_message],
        }


DEFAULT = Menu(
    commands=(
        Command("/hold", "Put an order on hold", "ORD-123 credit [until 2026-12-01] [note]"),
        Command("/release", "Ask for the release of a hold", "ORD-123 [credit or H-17] [reason] [note]"),
        Command("/cancel", "Ask to cancel an order, lines or units", "ORD-123 [all or line 2 qty 5] [reason] [note]"),
        Command("/change", "Ask to change an order", "ORD-123 [line 2 qty 12] [because reason note]"),
        Command(
            "/order",
            "Show an order and whether it may ship, or find one",
            "[ORD-123, customer, article or @who-asked]",
        ),
        Command(
            "/desk",
            "The order desk",
            "queue [role] · hold · release · cancel · change · order · import · export · help",
        ),
    ),
    shortcuts=(
        Shortcut("hold.from_message", "Put the order on hold", on_message=True),
        Shortcut("hold.open", "Put an order on hold", on_message=False),
        Shortcut("release.open", "Release a hold", on_message=False),
        Shortcut("cancel.open", "Cancel lines of an order", on_message=False),
        Shortcut("change.open", "Change an order", on_message=False),
    ),
)
