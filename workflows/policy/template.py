"""The default policy, as a file to fill in."""

from importlib.resources import files


def template_toml() -> str:
    """Complete and commented. It can be read as it is; channels and members have to be filled in to apply it."""
    return (files("workflows.policy") / "default.toml").read_text(encoding="utf-8")
