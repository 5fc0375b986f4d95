"""The JSON of the console's own endpoints, from which the pages' TypeScript types are made.

Only shapes and their filling stand here; nothing is decided. Instants are milliseconds UTC.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from hearth.core.instants import END_OF_CALENDAR_MS
from hearth.domain.notifications import DeliveryStatus
from hearth.domain.permissions import Permission, Role, permissions_of
from hearth.ports.listing import BuildingStatus
from hearth.services.credentials import EMAIL_LENGTH_MAX, PASSWORD_LENGTH_MAX
from hearth.services.live_view import Activity, EndpointStand, MinuteCount, Overview, Pulse, Standing
from hearth.services.members import SignedIn

NO_NUL = r"^[^\x00]*$"  # which no database keeps in a text
# As a request may name one.
Instant = Annotated[int, Field(ge=0, le=END_OF_CALENDAR_MS)]
# What numbers the entries of a list; no database has greater ones.
EntryNumber = Annotated[int, Field(ge=0, le=2**53)]


class Wire(BaseModel):
    """Everything on this wire: camelCase, nothing unknown taken."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid", serialize_by_alias=True)


class Credentials(Wire):
    """`code` only where an answer asked for one, at `/code`."""

    email: Annotated[str, Field(min_length=1, max_length=EMAIL_LENGTH_MAX)]
    password: Annotated[str, Field(min_length=1, max_length=PASSWORD_LENGTH_MAX)]
    code: Annotated[str, Field(max_length=20)] = ""


class SessionView(Wire):
    """Who is signed in, and the token that every changing request must carry as `X-CSRF-Token`.

    `has_onboarding`: the overview reminds the member that the organisation is not set up yet.
    """

    member_name: str
    email: str
    language: Literal["en", "de", "fr"]
    customer_id: str
    customer_name: str
    languages: list[str]
    time_zone_id: str
    role: Role
    permissions: list[Permission]
    csrf_token: str
    has_onboarding: bool


class TokenView(Wire):
    access_token: str
    expires_in_seconds: int


class MinuteView(Wire):
    starts_at_ms: int
    events: int


class StatusCounts(Wire):
    delivered: int
    pending: int
    failed: int
    dropped: int


class OverviewView(Wire):
    """The last 60 minutes, oldest first, the last one still running; today's notifications by status."""

    now_ms: int
    minutes: list[MinuteView]
    building_count: int
    active_rule_count: int
    notifications_today: StatusCounts


class HourView(Wire):
    starts_at_ms: int
    events: int


class DayView(Wire):
    """A day of the customer's zone."""

    day: date
    notifications: StatusCounts


class ActivityView(Wire):
    """Events of the last 48 hours, notifications of the last 14 days, oldest first; the last of each still runs."""

    hours: list[HourView]
    days: list[DayView]


class HomesByStatus(Wire):
    """Active and silent ones send or sent events; of new ones nothing came yet."""

    active: int
    silent: int
    new: int
    deactivated: int


class StandingView(Wire):
    """What may have to be looked after; null where the member may not see what it is about.

    `openedShare` is null also where fewer than five notifications are too few to say.
    """

    buildings: HomesByStatus
    delivered: int | None
    opened: int | None
    opened_share: float | None
    failing_rules: list[str] | None
    ignored_rules: list[str] | None
    endpoint: EndpointStand | None
    stale_forecasts: int
    fresh_forecasts: int


class LiveUpdate(Wire):
    """The last two minutes, and a number that differs when a notification was added or changed."""

    minutes: list[MinuteView]
    last_change: int


class FieldError(Wire):
    pointer: str
    message: str


class ProblemView(Wire):
    """A refused request (RFC 9457), with our stable code."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[FieldError]


def session_view(signed_in: SignedIn, has_onboarding: bool) -> SessionView:
    """A signed-in member as JSON."""
    return SessionView(
        member_name=signed_in.member.name,
        email=signed_in.member.email,
        language=signed_in.member.language,
        customer_id=signed_in.customer.id,
        customer_name=signed_in.customer.name,
        languages=list(signed_in.customer.languages),
        time_zone_id=signed_in.customer.time_zone_id,
        role=signed_in.member.role,
        permissions=permissions_of(signed_in.member.role),
        csrf_token=signed_in.session.csrf_token,
        has_onboarding=has_onboarding,
    )


def overview_view(overview: Overview) -> OverviewView:
    """The figures and the chart as JSON."""
    return OverviewView(
        now_ms=overview.now_ms,
        minutes=[_minute_view(minute) for minute in overview.minutes],
        building_count=overview.building_count,
        active_rule_count=overview.active_rule_count,
        notifications_today=_status_counts(overview.notifications_today),
    )


def activity_view(activity: Activity) -> ActivityView:
    """Hours and days as JSON."""
    return ActivityView(
        hours=[HourView(starts_at_ms=each.starts_at_ms, events=each.events) for each in activity.hours],
        days=[DayView(day=each.day, notifications=_status_counts(each.counts)) for each in activity.days],
    )


def _status_counts(counts: Mapping[DeliveryStatus, int]) -> StatusCounts:
    return StatusCounts(**{status.lower(): count for status, count in counts.items()})


def standing_view(standing: Standing, role: Role) -> StandingView:
    """The JSON of how a customer's things stand, as far as a role may see it."""
    may = permissions_of(role)
    opened = standing.opened if "read:pushnotifications" in may else None
    return StandingView(
        buildings=HomesByStatus(**{name.lower(): standing.buildings.get(name, 0) for name in get_args(BuildingStatus)}),
        delivered=None if opened is None else opened.of,
        opened=None if opened is None else opened.count,
        opened_share=None if opened is None else opened.share,
        failing_rules=standing.failing_rules if "read:rules" in may else None,
        ignored_rules=standing.ignored_rules if "read:pushnotifications" in may else None,
        endpoint=standing.endpoint if "read:pushnotifications" in may else None,
        stale_forecasts=sum(each.stale for each in standing.forecasts),
        fresh_forecasts=sum(each.fresh for each in standing.forecasts),
    )


def live_update(pulse: Pulse) -> LiveUpdate:
    """What is sent when something changed."""
    return LiveUpdate(minutes=[_minute_view(minute) for minute in pulse.minutes], last_change=pulse.last_change)


def _minute_view(minute: MinuteCount) -> MinuteView:
    return MinuteView(starts_at_ms=minute.starts_at_ms, events=minute.events)
