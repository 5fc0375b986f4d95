"""What all wire models share: camelCase, nothing unknown, instants as epoch seconds, patterns."""

import math
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
    model_validator,
)
from pydantic.alias_generators import to_camel
from pydantic_core import InitErrorDetails, PydanticCustomError

from hearth.core.identifiers import PATTERNS
from hearth.core.instants import instant_of_datetime, instant_of_number
from hearth.core.nearest import nearest

# Marks in the OpenAPI document what the compatible API does not have.
EXTENSION = "x-hearth-extension"
OURS: dict[str, Any] = {EXTENSION: True}
READ_ONLY: dict[str, Any] = {"readOnly": True}

_YEAR_2200_SECONDS = 7_258_118_400
_INSTANT_PATTERN = (
    r"^([0-9]+(\.[0-9]+)?|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9]{2}:[0-9]{2}))$"
)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class WireModel(BaseModel):
    """A JSON object. A member that is not known is refused, and the nearest known one named."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid", strict=True)

    @model_validator(mode="before")
    @classmethod
    def _refuse_unknown(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        known = [field.alias or name for name, field in cls.model_fields.items()]
        unknown: list[InitErrorDetails] = []
        for name in given:
            if name not in known:
                meant = nearest(str(name), known)
                hint = f"; did you mean {meant}?" if meant else f"; known are {', '.join(known)}"
                error = PydanticCustomError("unknown_member", "{name} is not known here{hint}", {"name": str(name), "hint": hint})
                unknown.append(InitErrorDetails(type=error, loc=(str(name),), input=None))
        if unknown:
            raise ValidationError.from_exception_data(cls.__name__, unknown)
        return {name: _whole(value) for name, value in given.items()}

    @classmethod
    def of(cls, **values: Any) -> Self:
        """A model made by us from values that are right already."""
        return cls.model_construct(**values)


def _whole(value: Any) -> Any:
    """JSON has one kind of numbers: 2.0 is a whole one."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def plain_text(text: str) -> str:
    """A validator: databases take no NUL."""
    if "\x00" in text:
        raise ValueError("a NUL character is not allowed")
    return text


def _whole_instant(number: float) -> float:
    if not math.isfinite(number) or not _is_taken(instant_of_number(number)):
        raise ValueError("not an instant in epoch seconds (or milliseconds) between 1970 and 2200")
    return number


def _is_taken(instant_ms: int) -> bool:
    return 0 <= instant_ms <= _YEAR_2200_SECONDS * 1_000


def _instant_of_text(given: object) -> object:
    """Query text -> milliseconds: a number of epoch seconds or milliseconds, or ISO 8601 with an offset."""
    if not isinstance(given, str):
        return given
    try:
        number = float(given)
    except ValueError:
        pass
    else:
        return instant_of_number(_whole_instant(number))
    try:
        instant_ms = instant_of_datetime(datetime.fromisoformat(given))
    except ValueError as error:
        raise ValueError(
            "not an instant: use epoch seconds, or ISO 8601 with an offset such as 2026-01-31T12:00:00Z (in a URL + is %2B)"
        ) from error
    if not _is_taken(instant_ms):
        raise ValueError("not an instant between 1970 and 2200")
    return instant_ms


def _day_of_text(given: object) -> object:
    """Query text -> day."""
    if isinstance(given, str) and _DAY.fullmatch(given):
        try:
            return date.fromisoformat(given)
        except ValueError as error:
            raise ValueError(f"there is no such day: {error}") from error
    raise ValueError("not a day: use YYYY-MM-DD, such as 2026-01-31")


PlainText = Annotated[str, AfterValidator(plain_text), Field(json_schema_extra={"pattern": r"^[^\u0000]*$"})]
Text = Annotated[PlainText, Field(max_length=1_000)]
EpochSeconds = Annotated[
    int | float,
    AfterValidator(_whole_instant),
    Field(description="Epoch seconds UTC; milliseconds are recognised by magnitude.", json_schema_extra={"minimum": 0}),
]
QueryInstant = Annotated[
    int,
    BeforeValidator(_instant_of_text),
    WithJsonSchema({"type": "string", "pattern": _INSTANT_PATTERN, "examples": ["1767225600", "2026-01-01T00:00:00Z"]}),
]
QueryDay = Annotated[date, BeforeValidator(_day_of_text), WithJsonSchema({"type": "string", "format": "date"})]
CustomerId = Annotated[str, Field(pattern=PATTERNS["customerId"])]
CustomerBuildingId = Annotated[str, Field(pattern=PATTERNS["customerBuildingId"])]
DeviceId = Annotated[str, Field(pattern=PATTERNS["deviceId"])]
DeviceName = Annotated[str, Field(pattern=PATTERNS["deviceName"])]
RuleId = Annotated[str, Field(pattern=PATTERNS["ruleId"])]
UserId = Annotated[str, Field(pattern=PATTERNS["userId"])]


def instant_or_none(seconds: float | None) -> int | None:
    """Epoch seconds of the wire -> instant in milliseconds."""
    return None if seconds is None else instant_of_number(seconds)
