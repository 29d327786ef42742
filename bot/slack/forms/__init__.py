"""Forms: what each asks for and how it is read back stand side by side, one module a form."""

from bot.slack.forms.parts import FormProblem, Where, channel_of, errors, loading, message_view, placed, where

__all__ = ["FormProblem", "Where", "channel_of", "errors", "loading", "message_view", "placed", "where"]
