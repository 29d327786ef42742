"""`redtag demo` as somebody starts it: a process without a terminal, seen through what it prints and its page."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from store.embedded_files import is_free

START_SECONDS = 60
# Nothing here is https, and each client would read the certificates of all the world for it.
PLAIN = {"trust_env": False, "verify": False}
STOP_SECONDS = 30


def until(condition, seconds=10, why="it never came"):
    """The condition's first true value."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, why() if callable(why) else why
        time.sleep(0.02)
    return found


def environment(data_dir, **more):
    """Ours, without anything that would lead a command elsewhere."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("SLACK_", "RESEND_", "REDTAG_", "DATABASE_URL", "PORT"))
    }
    return {**kept, "REDTAG_DATA_DIR": str(data_dir), "PYTHONPATH": str(Path(__file__).parent.parent), **more}


@dataclass
class DemoRun:
    process: subprocess.Popen
    data_dir: Path
    output: Path

    @property
    def said(self):
        return self.output.read_text()

    @property
    def folder(self):
        return self.data_dir / "demo"

    @property
    def address(self):
        (line,) = [line for line in self.said.splitlines() if line.startswith("Playground: ")]
        return line.removeprefix("Playground: ")

    def started(self):
        """Once its page is up."""
        until(self._ready_or_over, START_SECONDS, lambda: f"not ready: {self.said}")
        assert self.process.poll() is None, self.said
        return self

    def _ready_or_over(self):
        return "Ready after" in self.said or self.process.poll() is not None

    def ended(self):
        """The exit code and what it said, once it is over."""
        return self.process.wait(STOP_SECONDS), self.said

    def stop(self, number=signal.SIGINT):
        self.process.send_signal(number)
        return self.ended()

    def left(self):
        """The names of what still runs in the data folder."""
        locks = [self.folder / f"{name}.lock" for name in ("demo", "bot", "playground")]
        locks.append(self.folder / "postgres.keeper")
        return [lock.stem for lock in locks if lock.exists() and not is_free(lock)]

    def look(self, what, **query):
        answer = httpx.get(f"{self.address}/playground/{what}", params=query, **PLAIN)
        return answer.raise_for_status().json()

    def act(self, verb, **body):
        answer = httpx.post(f"{self.address}/playground/{verb}", json=body, timeout=10, **PLAIN)
        return answer.raise_for_status().json()

    def type(self, user, text, channel="C0ORDERS"):
        return self.act("command", user=user, channel=channel, text=text)

    def private(self, user, channel="C0ORDERS"):
        """What only this person sees in the channel."""
        return [message["text"] for message in self.look("messages", user=user, channel=channel)["ephemerals"]]

    def cards(self, channel="C0CREDIT", user="U0ROSA"):
        return [one for one in self.look("messages", user=user, channel=channel)["messages"] if one["from_bot"]]

    def click(self, user, card, action_id):
        (block_id,) = [
            block["block_id"]
            for block in card["blocks"]
            if any(element.get("action_id") == action_id for element in block.get("elements", []))
        ]
        return self.act(
            "click", user=user, channel=card["channel"], ts=card["ts"], action_id=action_id, block_id=block_id
        )


@contextmanager
def demo(data_dir, *words, cwd=None, **more):
    """Starts at once; `started()` waits for the page. Ended at the latest when this is left."""
    data_dir.mkdir(parents=True, exist_ok=True)
    output = data_dir.parent / f"{data_dir.name}-{time.monotonic_ns()}.out"
    with output.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "demo", "--no-browser", *map(str, words)],
            cwd=cwd or data_dir.parent,
            env=environment(data_dir, **more),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    run = DemoRun(process, data_dir, output)
    try:
        yield run
    finally:
        if process.poll() is None:
            process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
