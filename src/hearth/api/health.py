"""Health: whether the process lives, and whether traffic should come to it. No token needed."""

from fastapi import APIRouter, Request
from pydantic import BaseModel

from hearth.api.documented import operation_id, problem_responses
from hearth.api.parts import parts_of
from hearth.core.problems import Problem

router = APIRouter(tags=["Health"], generate_unique_id_function=operation_id)

_RETRY_AFTER_SECONDS = 5


class Health(BaseModel):
    """All is well."""

    status: str


@router.get("/health/live", responses=problem_responses((500,)), openapi_extra={"security": []})
async def live() -> Health:
    """The process runs."""
    return Health(status="live")


@router.get("/health/ready", responses=problem_responses((500, 503)), openapi_extra={"security": []})
def ready(request: Request) -> Health:
    """The process can serve; 503 says why not."""
    reason = parts_of(request).not_ready_because()
    if reason is not None:
        raise Problem("unavailable", reason, retry_after_seconds=_RETRY_AFTER_SECONDS)
    return Health(status="ready")
