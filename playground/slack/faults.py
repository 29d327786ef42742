"""Faults that a test asks for, taken in the order in which they were asked."""

from dataclasses import dataclass

ANY = "*"


@dataclass
class Fault:
    method: str
    """A Web API method, "response_url", "emails", or "*" for any."""
    error: str = ""
    status: int = 200
    retry_after: int | None = None
    times: int = 1
    """-1: until healed."""
    delay: float = 0.0
    cut: bool = False
    """The request is carried out, then the connection drops."""

    @property
    def answers(self) -> bool:
        """Whether this fault answers in place of the method (a mere delay or cut does not)."""
        return bool(self.error) or self.status != 200 or self.retry_after is not None


class Faults:
    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self._waiting.append(fault)

    def heal(self, method: str = ANY) -> None:
        self._waiting = [fault for fault in self._waiting if method not in (ANY, fault.method)]

    def take(self, method: str) -> Fault | None:
        for fault in self._waiting:
            if fault.method in (method, ANY):
                return self._use(fault)
        return None

    def _use(self, fault: Fault) -> Fault:
        if fault.times > 0:
            fault.times -= 1
        if fault.times == 0:
            self._waiting.remove(fault)
        return fault
