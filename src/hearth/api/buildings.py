"""Routes of buildings: list, read, add, adjust, erase, the dynamic part of a tariff, what it or a draft of one says of a span."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from hearth.api.documented import documented, operation_id
from hearth.api.guard import GuardedRoute, grant_of, own_customer_id
from hearth.api.paging import LINK_HEADER, next_link
from hearth.api.parts import parts_of
from hearth.api.preconditions import ETAG_HEADER, IfMatch, IfNoneMatch, name_version, versions_of
from hearth.api.repeating import IdempotencyKey, about_building
from hearth.api.wire.base import OURS, CustomerBuildingId, QueryInstant
from hearth.api.wire.buildings import Building, building_body
from hearth.api.wire.settings import Settings
from hearth.api.wire.tariffs import DynamicTariff, TariffPrice
from hearth.core.identifiers import PATTERNS
from hearth.domain import buildings as domain
from hearth.services.building_changes import version_of
from hearth.services.buildings import MOST_DAYS_OF_PRICES, MOST_PER_PAGE

router = APIRouter(
    tags=["Buildings"], generate_unique_id_function=operation_id, route_class=GuardedRoute, strict_content_type=False
)

PricesFrom = Annotated[QueryInstant, Query(alias="from", description="Inclusive. Epoch seconds, or ISO 8601 with an offset.")]
PricesTo = Annotated[QueryInstant, Query(alias="to", description=f"Exclusive; at most {MOST_DAYS_OF_PRICES} days later.")]
PathBuildingId = Annotated[
    str,
    Path(
        alias="customerBuildingId",
        examples=["house-4711"],
        json_schema_extra={"pattern": PATTERNS["customerBuildingId"]},
    ),
]


@router.get("/buildings/v1", **documented("read:buildings", (400,), success_headers=LINK_HEADER))
def list_buildings(
    request: Request,
    response: Response,
    limit: Annotated[
        int | None, Query(ge=1, le=MOST_PER_PAGE, description="Without it, all are listed.", json_schema_extra=OURS)
    ] = None,
    after: Annotated[
        CustomerBuildingId | None,
        Query(description="The customerBuildingId behind which the page starts.", json_schema_extra=OURS),
    ] = None,
    search: Annotated[
        str,
        Query(
            max_length=200,
            description="Only those that have each of these words in their customerBuildingId, city or zip, in any case, "
            "with or without accents.",
            json_schema_extra=OURS,
        ),
    ] = "",
) -> list[Building]:
    """All buildings, ordered by customerBuildingId; with `limit` a page of them and a link to the next."""
    buildings = parts_of(request).buildings
    customer_id = grant_of(request).customer_id
    if limit is None and after is None:
        return _bodies(request, buildings.list_all(customer_id, search.split()))
    limit = limit or MOST_PER_PAGE
    page, has_more = buildings.list_page(customer_id, after, limit, search.split())
    if has_more:
        response.headers.update(next_link(request, page[-1].customer_building_id, limit))
    return _bodies(request, page)


@router.get(
    "/buildings/{customerBuildingId}/v1",
    **documented("read:buildings", (404,), success_headers=ETAG_HEADER, has_not_modified=True),
)
def get_building(
    request: Request,
    response: Response,
    customer_building_id: PathBuildingId,
    if_none_match: IfNoneMatch = None,
) -> Building:
    """One building."""
    building = parts_of(request).buildings.get(grant_of(request).customer_id, customer_building_id)
    return _tagged(request, response, building)


@router.post(
    "/buildings/v1",
    status_code=201,
    **documented("write:buildings", (400, 409, 413, 415), success_headers=ETAG_HEADER, success_status=201),
)
def add_building(request: Request, response: Response, building: Building, idempotency_key: IdempotencyKey = None) -> Building:
    """Adds a building."""
    customer_id = own_customer_id(request, building.customer_id)
    added = parts_of(request).buildings.add(customer_id, building.to_draft(), grant_of(request).actor)
    about_building(request, added.id)
    return _tagged(request, response, added)


@router.put("/buildings/v1", **documented("write:buildings", (400, 404, 412, 413, 415), success_headers=ETAG_HEADER))
def replace_building(request: Request, response: Response, building: Building, if_match: IfMatch = None) -> Building:
    """Adjusts a building: all that can be set is replaced; what is not sent is unset, or back at its default."""
    customer_id = own_customer_id(request, building.customer_id)
    versions, actor = versions_of(if_match), grant_of(request).actor
    return _tagged(request, response, parts_of(request).buildings.replace(customer_id, building.to_draft(), actor, versions))


@router.put(
    "/buildings/{customerBuildingId}/tariff/v1",
    **documented("write:buildings", (400, 404, 412, 413, 415), ours=True, success_headers=ETAG_HEADER),
)
def replace_tariff_slices(
    request: Request,
    response: Response,
    customer_building_id: PathBuildingId,
    tariff: DynamicTariff,
    if_match: IfMatch = None,
) -> Building:
    """Replaces the slices of the dynamic tariff and leaves the rest of the building as it is; one without a tariff gets it."""
    grant = grant_of(request)
    buildings = parts_of(request).buildings
    slices, versions = tariff.to_domain(), versions_of(if_match)
    changed = buildings.replace_tariff_slices(grant.customer_id, customer_building_id, slices, grant.actor, versions)
    return _tagged(request, response, changed)


@router.get("/buildings/{customerBuildingId}/tariff/prices/v1", **documented("read:buildings", (400, 404), ours=True))
def list_tariff_prices(
    request: Request, customer_building_id: PathBuildingId, from_ms: PricesFrom, to_ms: PricesTo
) -> list[TariffPrice]:
    """What a kWh costs, by the present tariff, and when it is in the low tariff. What is not known is left out."""
    buildings = parts_of(request).buildings
    found = buildings.prices(grant_of(request).customer_id, customer_building_id, from_ms, to_ms)
    return [TariffPrice.of_domain(each) for each in found]


@router.post("/buildings/{customerBuildingId}/tariff/prices/v1", **documented("write:buildings", (400, 404, 413, 415), ours=True))
def preview_tariff_prices(
    request: Request, customer_building_id: PathBuildingId, settings: Settings, from_ms: PricesFrom, to_ms: PricesTo
) -> list[TariffPrice]:
    """What a kWh would cost in this building with the tariff of these settings, checked as for a change; nothing is stored."""
    buildings, tariff = parts_of(request).buildings, settings.tariff_of_both()
    found = buildings.prices_of_draft(grant_of(request).customer_id, customer_building_id, tariff, from_ms, to_ms)
    return [TariffPrice.of_domain(each) for each in found]


@router.delete(
    "/buildings/{customerBuildingId}/v1",
    status_code=202,
    response_class=Response,
    **documented("write:buildings", (400, 404, 412), ours=True),
)
def erase_building(request: Request, customer_building_id: PathBuildingId, if_match: IfMatch = None) -> Response:
    """Erases the building and everything of it: devices, events, notifications. It cannot be undone."""
    grant = grant_of(request)
    parts_of(request).buildings.erase(grant.customer_id, customer_building_id, grant.actor, versions_of(if_match))
    return Response(status_code=202)


def _tagged(request: Request, response: Response, building: domain.Building) -> Building:
    name_version(response, version_of(building))
    return _bodies(request, [building])[0]


def _bodies(request: Request, found: Sequence[domain.Building]) -> list[Building]:
    ids = [building.id for building in found]
    profiles = parts_of(request).buildings.profiles_of(grant_of(request).customer_id, ids)
    return [building_body(building, profiles.get(building.id)) for building in found]
