"""`python -m hearth.console.openapi`: writes the description from which the pages' types are generated.

The file is committed, so that the pages build without Python; a test holds it to the code.
"""

import json
from pathlib import Path

from fastapi import FastAPI

from hearth.console.app import ROUTERS

TARGET = Path("web/src/api/openapi.json")


def describe() -> str:
    """The endpoints as an OpenAPI document (JSON text)."""
    described = FastAPI(title="Hearth console", version="1")
    for each in ROUTERS:
        described.include_router(each, prefix="/console")
    return json.dumps(described.openapi(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(describe())
