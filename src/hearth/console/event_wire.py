"""The JSON of events on the console's own endpoints: searched, drawn, arriving, imported.

Only shapes and their filling stand here; nothing is decided. Instants are milliseconds UTC, but in lines: epoch seconds, as
the public API has them for graphs.
"""

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from hearth.console.wire import Wire
from hearth.core.instants import seconds_of_instant
from hearth.domain.catalogue import Catalogue
from hearth.domain.events import Series
from hearth.services.event_searches import Arrivals, Line
from hearth.services.events import Position, StoredEvent
from hearth.services.histories import Refusal
from hearth.services.history_imports import Looked, Mapping, Taken

Name = Annotated[str, Field(max_length=200)]
Text = Annotated[str, Field(max_length=512 * 1024)]
# It grows with the series of a file, whose newest local times it keeps.
Resume = Annotated[str, Field(max_length=200_000)]


class DeviceView(Wire):
    id: str
    name: str | None
    types: list[str]


class EventKinds(Wire):
    """Event types by name, and a building's devices by id."""

    types: list[str]
    devices: list[DeviceView]


class EventView(Wire):
    """`value` in the unit of its type; `forecastAtMs`: of which instant it speaks, where that is to come."""

    occurred_at_ms: int
    value: float
    unit: str
    type: str
    device_id: str
    device_name: str | None
    source: str
    customer_building_id: str
    forecast_at_ms: int | None


class EventPage(Wire):
    items: list[EventView]
    next_before: str | None


class LineView(Wire):
    """A series for a graph: `timestamps` (epoch seconds) and `values` side by side; `points`: how many there are in the range."""

    device_id: str
    type: str
    source: str
    unit: str
    points: int
    timestamps: list[float]
    values: list[float]


class EventLines(Wire):
    series: list[LineView]


class ArrivedView(EventView):
    """`number` tells it from all others; what is historical was imported."""

    number: int
    received_at_ms: int
    is_historical: bool


class ArrivalsView(Wire):
    """Newest first."""

    arrived: list[ArrivedView]


class MappingView(Wire):
    """Which column holds what. `values`: event type -> column of a wide file; a long one has `type` and `value`."""

    timestamp: Name
    values: Annotated[dict[Name, Name], Field(max_length=100, default_factory=dict)]
    type: Name = ""
    value: Name = ""
    device_column: Name = ""
    device_name_column: Name = ""
    source_column: Name = ""
    forecast_column: Name = ""
    device_id: Name = ""
    source: Name = ""
    zone: Name = "UTC"


class ImportBeginning(Wire):
    """The first lines of a file; without a mapping one is suggested."""

    building: Name
    text: Text
    mapping: MappingView | None = None


class NewImport(Wire):
    """`header`: the first line of the file."""

    building: Name
    file: Name
    size_bytes: Annotated[int, Field(ge=0)]
    header: Annotated[str, Field(max_length=20_000)]
    mapping: MappingView


class ImportPart(Wire):
    resume: Resume
    text: Text


class ImportEnd(Wire):
    """`isWhole`: the file was read to its end."""

    resume: Resume
    is_whole: bool


class RefusalView(Wire):
    """A row, or a cell of it, that is not taken; without a column the whole row."""

    line: int
    column: str | None
    reason: str


class RowView(Wire):
    line: int
    cells: list[str]


class LookedView(Wire):
    """The first rows, and what would become of all that were looked at."""

    columns: list[str]
    rows: list[RowView]
    mapping: MappingView
    looked_at: int
    events: int
    refusals: list[RefusalView]
    from_ms: int | None
    to_ms: int | None


class Begun(Wire):
    resume: str


class TakenView(Wire):
    """All so far, but `refusals`, which are of this part."""

    resume: str
    lines: int
    accepted: int
    refused: int
    refusals: list[RefusalView]
    from_ms: int | None
    to_ms: int | None


def event_kinds(series: Iterable[Series]) -> EventKinds:
    """What a building sends as JSON."""
    devices: dict[str, DeviceView] = {}
    for each in series:
        device = devices.setdefault(each.device_id, DeviceView(id=each.device_id, name=each.device_name, types=[]))
        device.name = each.device_name or device.name
        if each.event_type not in device.types:
            device.types.append(each.event_type)
    return EventKinds(
        types=sorted({name for device in devices.values() for name in device.types}), devices=list(devices.values())
    )


def position_of(text: str) -> Position:
    """What `next_before` names."""
    at_ms, series_id = text.split("-")
    return Position(int(at_ms), int(series_id))


def event_page(page: list[StoredEvent], has_more: bool, catalogue: Catalogue) -> EventPage:
    """A page as JSON."""
    items = [
        _event_view(each.series, each.customer_building_id, each.occurred_at_ms, each.value, each.forecast_at_ms, catalogue)
        for each in page
    ]
    return EventPage(items=items, next_before=f"{page[-1].occurred_at_ms}-{page[-1].series.id}" if has_more else None)


def line_view(line: Line) -> LineView:
    """A line as JSON."""
    return LineView(
        device_id=line.series.device_id,
        type=line.series.event_type,
        source=line.series.source,
        unit=line.unit,
        points=line.points,
        timestamps=[seconds_of_instant(at_ms) for at_ms, _ in line.drawn],
        values=[value for _, value in line.drawn],
    )


def arrivals_view(seen: Arrivals, catalogue: Catalogue) -> ArrivalsView:
    """What came in as JSON."""
    return ArrivalsView(
        arrived=[
            ArrivedView(
                **dict(_event_view(each.series, each.customer_building_id, of.occurred_at_ms, of.value, None, catalogue)),
                number=of.sequence,
                received_at_ms=of.received_at_ms,
                is_historical=of.is_historical,
            )
            for each in seen.arrived
            for of in (each.event,)
        ]
    )


def mapping_of(body: MappingView) -> Mapping:
    """JSON -> mapping."""
    return Mapping(**{name: getattr(body, name) for name in Mapping.__struct_fields__})


def looked_view(looked: Looked) -> LookedView:
    """A look at a file as JSON."""
    return LookedView(
        columns=looked.columns,
        rows=[RowView(line=line, cells=cells) for line, cells in looked.rows],
        mapping=MappingView(**{name: getattr(looked.mapping, name) for name in Mapping.__struct_fields__}),
        looked_at=looked.looked_at,
        events=looked.events,
        refusals=[_refusal_view(each) for each in looked.refusals],
        from_ms=looked.from_ms,
        to_ms=looked.to_ms,
    )


def taken_view(taken: Taken) -> TakenView:
    """What became of a part as JSON."""
    return TakenView(
        resume=taken.resume,
        lines=taken.lines,
        accepted=taken.accepted,
        refused=taken.refused,
        refusals=[_refusal_view(each) for each in taken.refusals],
        from_ms=taken.from_ms,
        to_ms=taken.to_ms,
    )


def _refusal_view(refusal: Refusal) -> RefusalView:
    return RefusalView(line=refusal.line, column=refusal.column, reason=refusal.reason)


def _event_view(
    series: Series, building: str, at_ms: int, value: float, forecast_at_ms: int | None, catalogue: Catalogue
) -> EventView:
    known = catalogue.find_event_type(series.event_type)
    return EventView(
        occurred_at_ms=at_ms,
        value=value,
        unit="" if known is None else known.unit,
        type=series.event_type,
        device_id=series.device_id,
        device_name=series.device_name,
        source=series.source,
        customer_building_id=building,
        forecast_at_ms=forecast_at_ms,
    )
