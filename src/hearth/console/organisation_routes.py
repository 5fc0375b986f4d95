"""The console's JSON endpoints of an organisation's settings: its data, its API clients, the categories of its events.

Each reads the request, asks a service and shapes the answer; nothing is decided here. Invariants: all of it is an
Admin's, and a client's secret stands in the one answer that makes it.
"""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request

from hearth.console import organisation_wire as wire
from hearth.console.account_routes import MayAdminAll, MayAdminUsers
from hearth.console.wire import ProblemView
from hearth.core.identifiers import PATTERNS
from hearth.domain.customers import SCOPES
from hearth.services.access import Access
from hearth.services.auditing import actor_of
from hearth.services.customers import Customers
from hearth.services.event_categories import EventCategories

router = APIRouter(
    prefix="/api", responses={"default": {"model": ProblemView, "description": "Refused (application/problem+json)"}}
)


@dataclass(frozen=True, slots=True)
class Organisation:
    """What these endpoints speak to."""

    customers: Customers
    access: Access
    event_categories: EventCategories


def _organisation(request: Request) -> Organisation:
    organisation: Organisation = request.app.state.organisation
    return organisation


TheOrganisation = Annotated[Organisation, Depends(_organisation)]
ClientId = Annotated[str, Path(pattern=PATTERNS["clientId"])]


# The organisation itself


@router.get("/organisation", operation_id="getOrganisation", summary="What the organisation is")
def get_organisation(signed_in: MayAdminAll, organisation: TheOrganisation) -> wire.OrganisationView:
    """With the languages that texts may be needed in, and which active rules lack texts."""
    missing = organisation.customers.list_missing_texts(signed_in.customer.id)
    return wire.organisation_view(organisation.customers.get(signed_in.customer.id), missing)


@router.put("/organisation", operation_id="changeOrganisation", summary="Change name, languages, zone", status_code=204)
def change_organisation(body: wire.OrganisationChange, signed_in: MayAdminAll, organisation: TheOrganisation) -> None:
    """Active rules go on as they are."""
    by = actor_of(signed_in.member)
    organisation.customers.change(signed_in.customer.id, body.name, tuple(body.languages), body.time_zone_id, by)


@router.put("/organisation/limits", operation_id="changeLimits", summary="Change the households' limits", status_code=204)
def change_limits(body: wire.Limits, signed_in: MayAdminAll, organisation: TheOrganisation) -> None:
    """From the next event on, for all buildings without limits of their own."""
    organisation.customers.set_limits(signed_in.customer.id, wire.limits_of(body), actor_of(signed_in.member))


# API clients


@router.get("/clients", operation_id="listClients", summary="API clients")
def list_clients(signed_in: MayAdminUsers, organisation: TheOrganisation) -> wire.ClientsView:
    """The revoked ones last, newest first."""
    clients = organisation.access.list_clients(signed_in.customer.id)
    return wire.ClientsView(clients=[wire.client_view(client) for client in clients], scopes=list(SCOPES))


@router.post("/clients", operation_id="createClient", summary="Create an API client", status_code=201)
def create_client(body: wire.NewClient, signed_in: MayAdminUsers, organisation: TheOrganisation) -> wire.SecretView:
    """The secret is shown this once."""
    by = actor_of(signed_in.member)
    client_id, secret = organisation.access.create_client(signed_in.customer.id, by, tuple(body.scopes))
    return wire.SecretView(client_id=client_id, client_secret=secret)


@router.post("/clients/{client_id}/secret", operation_id="rotateSecret", summary="A new secret", status_code=201)
def rotate_secret(client_id: ClientId, signed_in: MayAdminUsers, organisation: TheOrganisation) -> wire.SecretView:
    """The one before stays good for a day; a still earlier one ends now."""
    by = actor_of(signed_in.member)
    secret = organisation.access.rotate_secret(signed_in.customer.id, client_id, by=by)
    return wire.SecretView(client_id=client_id, client_secret=secret)


@router.delete("/clients/{client_id}", operation_id="revokeClient", summary="Revoke an API client", status_code=204)
def revoke_client(client_id: ClientId, signed_in: MayAdminUsers, organisation: TheOrganisation) -> None:
    """For ever: it gets no token any more, and those it has are refused."""
    organisation.access.revoke_client(signed_in.customer.id, client_id, actor_of(signed_in.member))


# Event categories


@router.get("/event-categories", operation_id="listEventCategories", summary="What the homes send")
def list_event_categories(signed_in: MayAdminAll, organisation: TheOrganisation) -> list[wire.EventCategoryView]:
    """By type and source. Counts of events are estimated from a few hundred series where there are more."""
    return [wire.event_category_view(each) for each in organisation.event_categories.list_of(signed_in.customer.id)]


@router.post("/event-categories/measurement", operation_id="measureInterval", summary="Measure how often events come")
def measure_interval(body: wire.CategoryKey, signed_in: MayAdminAll, organisation: TheOrganisation) -> wire.EventCategoryView:
    """From the events of the last day, of a few hundred series at most; the answer is kept."""
    by = actor_of(signed_in.member)
    measured = organisation.event_categories.measure(signed_in.customer.id, body.event_type, body.source, by)
    return wire.event_category_view(measured)
