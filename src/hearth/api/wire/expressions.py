"""Expressions on the wire: a question about one that is being written, and the answer. Places are characters from 0."""

from typing import Annotated

from pydantic import ConfigDict, Field, StrictBool, StrictInt

from hearth.api.wire.base import WireModel
from hearth.api.wire.rules import Dataset, Expression
from hearth.language import Place, Severity
from hearth.services.expression_help import ExpressionHelp as Help

_MOST_DATASETS = 200


class ExpressionQuestion(WireModel):
    """An expression, where it stands in a rule with these datasets, and the cursor in it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "expression": "AVG($Po",
                    "place": "condition",
                    "datasets": [
                        {"name": "Power", "kind": "TIME_SERIES", "eventTypes": ["POWER_CONSUMPTION"], "timespanSeconds": 1800}
                    ],
                    "cursor": 7,
                }
            ]
        }
    )

    expression: Expression
    place: Place = Field(description="Which expression of a rule it is.")
    datasets: list[Dataset] = Field(default=[], max_length=_MOST_DATASETS)
    is_streak: StrictBool = False
    cursor: Annotated[StrictInt, Field(ge=0)] | None = Field(default=None, description="In characters from 0.")


class Mistake(WireModel):
    """What is wrong, or doubtful. `fix` is what to write instead of the characters [start, end)."""

    severity: Severity
    code: str
    detail: str
    hint: str | None
    fix: str | None
    start: int
    end: int


class Proposal(WireModel):
    """`insert` replaces the characters [start, end); then the cursor stands at start + cursorOffset."""

    label: str
    kind: str
    insert: str
    start: int
    end: int
    detail: str
    documentation: str
    cursor_offset: int


class HoverText(WireModel):
    """What stands in the characters [start, end)."""

    start: int
    end: int
    title: str
    documentation: str
    type: str | None
    examples: list[str]


class CallSignature(WireModel):
    """One way to call a function; `parameters`: where each stands in `label`."""

    label: str
    parameters: list[tuple[int, int]]


class CallHelp(WireModel):
    """The call around the cursor."""

    function: str
    documentation: str
    signatures: list[CallSignature]
    likeliest: int
    argument: int
    examples: list[str]


class ExpressionAnswer(WireModel):
    """All that helps. `type`: of the whole, where it has no errors."""

    type: str | None
    unit: str | None
    mistakes: list[Mistake]
    completions: list[Proposal]
    hover: HoverText | None
    signature: CallHelp | None


def answer_of(text: str, found: Help) -> ExpressionAnswer:
    """What the language says, as an answer."""
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    return ExpressionAnswer.of(
        type=found.type,
        unit=found.unit,
        mistakes=[
            Mistake.of(
                severity=each.severity,
                code=each.code,
                detail=each.message,
                hint=each.hint,
                fix=each.fix,
                start=starts[each.line - 1] + each.column - 1,
                end=starts[each.line - 1] + each.column - 1 + each.length,
            )
            for each in found.diagnostics
        ],
        completions=[
            Proposal.of(
                label=each.label,
                kind=each.kind,
                insert=each.insert,
                start=each.start,
                end=each.end,
                detail=each.detail,
                documentation=each.documentation,
                cursor_offset=each.cursor_offset,
            )
            for each in found.completions
        ],
        hover=None
        if found.hover is None
        else HoverText.of(
            start=found.hover.start,
            end=found.hover.end,
            title=found.hover.title,
            documentation=found.hover.documentation,
            type=found.hover.type,
            examples=list(found.hover.examples),
        ),
        signature=None
        if found.signature is None
        else CallHelp.of(
            function=found.signature.function,
            documentation=found.signature.documentation,
            signatures=[
                CallSignature.of(label=each.label, parameters=[(span.start, span.end) for span in each.parameters])
                for each in found.signature.signatures
            ],
            likeliest=found.signature.likeliest,
            argument=found.signature.argument,
            examples=list(found.signature.examples),
        ),
    )
