"""JSON bodies, read after the key is known to be good. Unknown names and approximate types are refused."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Final, TypeVar

from fastapi import Request
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from bot.web.api.problems import Refused, invalid

SCHEMA: Final = "#/components/schemas/{model}"
# Control characters, what turns text around and half surrogates: no card can show them and no database hold them.
READABLE: Final = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]*$"


def words(most: int, least: int = 0) -> Any:
    return Annotated[str, StringConstraints(min_length=least, max_length=most, pattern=READABLE)]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


B = TypeVar("B", bound=Body)


def json_body(model: type[B]) -> Callable[[Request], Awaitable[B]]:
    """A dependency, named after that of the caller: `body: Annotated[Model, Depends(json_body(Model))]`."""

    async def body(request: Request) -> B:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise Refused(415, "not_json", "The body must be JSON: Content-Type: application/json.")
        try:
            return model.model_validate_json(await request.body())
        except ValidationError as found:
            raise _problem(found) from found

    return body


def _problem(found: ValidationError) -> Refused:
    errors = found.errors(include_url=False, include_context=False, include_input=False)
    if errors[0]["type"] == "json_invalid":
        return Refused(400, "bad_json", f"{errors[0]['msg']}.")
    return invalid(errors)


def takes(model: type[Body]) -> dict[str, Any]:
    """For the route: `@router.put(…, openapi_extra=takes(Model))`."""
    schema = model.model_json_schema(ref_template=SCHEMA)
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}
