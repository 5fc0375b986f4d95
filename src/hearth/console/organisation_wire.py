"""The JSON of an organisation's settings: what it is, its API clients, the categories of its events.

Only shapes and their filling stand here; nothing is decided. Invariant: a secret stands in the answer that makes it, and
in no other; of a stored one nothing is shown, not even how it ends.
"""

from typing import Annotated

from pydantic import Field

from hearth.console.wire import Wire
from hearth.domain.catalogue import Quantity
from hearth.domain.customers import SCOPES, Client, Customer
from hearth.domain.intervals import Deviation
from hearth.domain.limits import HouseholdLimits, QuietHours
from hearth.language.locales import LANGUAGES
from hearth.services.customers import MissingTexts
from hearth.services.event_categories import EventCategory

# What is too long, or no time of day, is told in words, at its field.
Short = Annotated[str, Field(max_length=1_000)]


class QuietHoursView(Wire):
    """Local times of day, HH:mm; a start later than the end spans midnight."""

    start: Short
    end: Short


class Limits(Wire):
    """What holds for all buildings without limits of their own; null = no limit."""

    quiet_hours: QuietHoursView | None
    max_notifications_per_day: int | None


class RuleName(Wire):
    id: str
    name: str


class LanguageView(Wire):
    """A language that texts may be needed in, and the active rules that lack a text in it."""

    language: str
    rules_without: list[RuleName]


class OrganisationView(Wire):
    customer_id: str
    name: str
    created_at_ms: int
    languages: list[str]
    time_zone_id: str
    limits: Limits
    offered_languages: list[LanguageView]


class OrganisationChange(Wire):
    name: Short
    languages: Annotated[list[Short], Field(max_length=2 * len(LANGUAGES))]
    time_zone_id: Short


class ClientView(Wire):
    """`earlier_secret_until_ms`: while it is rotated, until when the secret before the newest is good."""

    client_id: str
    created_at_ms: int
    scopes: list[str]
    secret_created_at_ms: int
    earlier_secret_until_ms: int | None
    revoked_at_ms: int | None


class ClientsView(Wire):
    clients: list[ClientView]
    scopes: list[str]


class NewClient(Wire):
    scopes: Annotated[list[Short], Field(max_length=2 * len(SCOPES))]


class SecretView(Wire):
    """Shown this once."""

    client_id: str
    client_secret: str


class IntervalView(Wire):
    """What was measured. `interval_seconds` is null where too few events came; `alike_share` 0..1, within a fifth of it."""

    measured_at_ms: int
    looked_back_seconds: int
    series: int
    sampled: int
    measured: int
    interval_seconds: float | None
    alike_share: float | None
    deviation: Deviation | None


class EventCategoryView(Wire):
    """Events of one type from one source. `catalogue_interval_seconds` 0 = on change; null = no longer in the catalogue.

    `events_last_day` is exact where `sampled` is `series`, and else an estimate from the sampled ones.
    """

    event_type: str
    source: str
    unit: str
    quantity: Quantity | None
    catalogue_interval_seconds: int | None
    series: int
    buildings: int
    events_last_day: int
    sampled: int
    measured: IntervalView | None


class CategoryKey(Wire):
    event_type: Annotated[str, Field(min_length=1, max_length=100)]
    source: Annotated[str, Field(min_length=1, max_length=100)]


def organisation_view(customer: Customer, missing: list[MissingTexts]) -> OrganisationView:
    """The customer as JSON."""
    quiet = customer.limits.quiet_hours
    return OrganisationView(
        customer_id=customer.id,
        name=customer.name,
        created_at_ms=customer.created_at_ms,
        languages=list(customer.languages),
        time_zone_id=customer.time_zone_id,
        limits=Limits(
            quiet_hours=None if quiet is None else QuietHoursView(start=quiet.start, end=quiet.end),
            max_notifications_per_day=customer.limits.most_per_day,
        ),
        offered_languages=[
            LanguageView(language=each.language, rules_without=[RuleName(id=rule.id, name=rule.name) for rule in each.rules])
            for each in missing
        ],
    )


def limits_of(body: Limits) -> HouseholdLimits:
    """JSON -> limits. Raises Problem "invalid"."""
    quiet = body.quiet_hours
    return HouseholdLimits(
        quiet_hours=None if quiet is None else QuietHours(start=quiet.start, end=quiet.end),
        most_per_day=body.max_notifications_per_day,
    )


def client_view(client: Client) -> ClientView:
    """A client as JSON; it has no secret but those that are good."""
    ends = [each.expires_at_ms for each in client.secrets if each.expires_at_ms is not None]
    return ClientView(
        client_id=client.client_id,
        created_at_ms=client.created_at_ms,
        scopes=list(client.scopes),
        secret_created_at_ms=client.secrets[-1].created_at_ms,
        earlier_secret_until_ms=max(ends, default=None),
        revoked_at_ms=client.revoked_at_ms,
    )


def event_category_view(category: EventCategory) -> EventCategoryView:
    """A category as JSON."""
    group, event_type, measured = category.group, category.event_type, category.measured
    catalogue_seconds = None if event_type is None else event_type.interval_seconds
    return EventCategoryView(
        event_type=group.event_type,
        source=group.source,
        unit="" if event_type is None else event_type.unit,
        quantity=None if event_type is None else event_type.quantity,
        catalogue_interval_seconds=catalogue_seconds,
        series=group.series,
        buildings=group.buildings,
        events_last_day=category.events_last_day,
        sampled=category.sampled,
        measured=None
        if measured is None
        else IntervalView(
            measured_at_ms=measured.measured_at_ms,
            looked_back_seconds=measured.looked_back_seconds,
            series=measured.series,
            sampled=measured.sampled,
            measured=measured.measured,
            interval_seconds=measured.interval_seconds,
            alike_share=measured.alike_share,
            deviation=measured.deviation_from(catalogue_seconds or 0),
        ),
    )
