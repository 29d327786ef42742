"""`redtag manifest`: the Slack app's manifest with this installation's address in it."""

from importlib.resources import files

import click


@click.command()
@click.option(
    "--url", required=True, help="Where Slack reaches this installation, for example https://redtag.example.com"
)
def manifest(*, url: str) -> None:
    """Print the manifest to paste when creating the Slack app."""
    template = (files("bot") / "manifest.yml").read_text(encoding="utf-8")
    click.echo(template.replace("https://redtag.example.com", url.rstrip("/")), nl=False)
