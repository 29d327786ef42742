"""Values that are stored as JSON and read back: frozen, and without fields that nobody knows."""

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
