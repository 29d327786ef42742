"""How a command ends early."""


class Stop(Exception):
    """The command cannot go on; the message is what is printed. Exit code 1."""
