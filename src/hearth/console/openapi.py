"""`python -m hearth.console.openapi`: writes the description from which the pages' types are generated.

The file is committed, so that the pages build without Python; a test holds it to the code.
"""

import json
from pathlib import Path

from fastapi import FastAPI

from hearth.console import account_routes, fulfilment_routes, organisation_routes, routes, rule_routes

TARGET = Path("web/src/api/openapi.json")


def describe() -> str:
    """The endpoints as an OpenAPI document (JSON text)."""
    described = FastAPI(title="Hearth console", version="1")
    for each in (account_routes, organisation_routes, fulfilment_routes, rule_routes, routes):
        described.include_router(each.router, prefix="/console")
    return json.dumps(described.openapi(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(describe())
