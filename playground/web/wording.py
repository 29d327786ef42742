"""What Slack shows a person when the app's answer is missing or wrong. The workspace gives the code or the words."""

import re

CODE = re.compile(r"[a-z_]+")
TOO_LATE = "Operation timed out. Apps need to respond within 3 seconds."


def for_unknown_command(name: str) -> str:
    return (
        f"{name} is not a valid command. In Slack, all messages that start with the “/” character are interpreted "
        "as commands. If you are trying to send a message and not run a command, try preceding the “/” with an "
        "empty space."
    )


def for_command(typed: str, error: str) -> str:
    if not CODE.fullmatch(error):
        return error
    return f'{typed.split(maxsplit=1)[0]} failed with the error "{error}"'


def for_click(error: str, status: int) -> str:
    if error == "operation_timeout":
        return TOO_LATE
    if error.startswith("http_"):
        return f"This app responded with Status Code {status}."
    return f"This app could not be reached ({error})." if CODE.fullmatch(error) else error


def for_options(error: str) -> str:
    return f"The options could not be loaded ({error})."
