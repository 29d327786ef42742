"""JSON bodies, read after the key is known to be good. Unknown names and approximate types are refused."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from fastapi import Request
from pydantic import BaseModel, ConfigDict, StringConstraints, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from bot.web.api.problems import Refused, invalid

TAG: Final = ("kind",)
SCHEMA: Final = "#/components/schemas/{model}"
# Control characters, what turns text around and half surrogates: no card can show them and no database hold them.
READABLE: Final = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]*$"


def words(most: int, least: int = 0) -> StringConstraints:
    """A bound on the length, and nothing that cannot be read."""
    return StringConstraints(min_length=least, max_length=most, pattern=READABLE)


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def json_body(model: Any) -> Callable[[Request], Awaitable[Any]]:
    """A dependency, named after that of the caller: `body: Annotated[Model, Depends(json_body(Model))]`.

    `model`: a Body, or a union of them.
    """
    shape: TypeAdapter[Any] = TypeAdapter(model)

    async def body(request: Request) -> Any:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise Refused(415, "not_json", "The body must be JSON: Content-Type: application/json.")
        try:
            return shape.validate_json(await request.body())
        except ValidationError as found:
            raise _problem(found, tagged=not isinstance(model, type)) from found

    return body


def _problem(found: ValidationError, *, tagged: bool) -> Refused:
    errors = found.errors(include_url=False, include_context=False, include_input=False)
    if errors[0]["type"] == "json_invalid":
        return Refused(400, "bad_json", f"{errors[0]['msg']}.")
    return invalid([_untagged(each) for each in errors] if tagged else errors)


def _untagged(error: ErrorDetails) -> ErrorDetails:
    """Its place in the body: pydantic puts the union's tag before it, or leaves it empty where the tag is wrong."""
    place = TAG if error["type"].startswith("union_tag_") else error["loc"][1:]
    return {**error, "loc": place}


def takes(model: Any) -> dict[str, Any]:
    """For the route: `@router.put(…, openapi_extra=takes(Model))`."""
    schema = TypeAdapter(model).json_schema(ref_template=SCHEMA)
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}
