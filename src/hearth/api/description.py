"""`python -m hearth.api.description`: writes the public API's document, from which the console's pages make their types.

The file is committed, so that the pages build without Python; a test holds it to the code.
"""

import json
from pathlib import Path

from fastapi import FastAPI

from hearth.api.app import described_routes
from hearth.api.openapi import complete_openapi

TARGET = Path("web/src/api/public-openapi.json")


def describe() -> str:
    """The public API as an OpenAPI document (JSON text)."""
    described = FastAPI()
    described.router.routes.extend(described_routes())
    complete_openapi(described)
    return json.dumps(described.openapi(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    TARGET.write_text(describe())
