"""The interactive docs at /docs: Swagger UI from this installation, so that nothing is fetched from elsewhere."""

from functools import cache
from importlib.resources import files

from fastapi import APIRouter, Response

router = APIRouter(include_in_schema=False)

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Hearth API</title>
<link rel="stylesheet" href="docs/swagger-ui.css">
<link rel="icon" href="data:,">
</head>
<body>
<div id="docs"></div>
<noscript>The interactive docs need JavaScript; the same is in <a href="openapi.json">openapi.json</a>.</noscript>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""
_START = """SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#docs",
  deepLinking: true,
  tryItOutEnabled: true,
  showExtensions: true,
  validatorUrl: null,
});
"""
_LASTING = {"Cache-Control": "public, max-age=86400"}


@router.get("/docs")
async def docs_page() -> Response:
    """The page itself."""
    return Response(_PAGE, media_type="text/html", headers={"Content-Security-Policy": _POLICY})


@router.get("/docs/start.js")
async def start_script() -> Response:
    """What starts Swagger UI on the page."""
    return Response(_START, media_type="text/javascript", headers=_LASTING)


@router.get("/docs/swagger-ui-bundle.js")
def bundle() -> Response:
    """Swagger UI."""
    return Response(_asset("swagger-ui-bundle.js"), media_type="text/javascript", headers=_LASTING)


@router.get("/docs/swagger-ui.css")
def styles() -> Response:
    """Its styles."""
    return Response(_asset("swagger-ui.css"), media_type="text/css", headers=_LASTING)


@cache
def _asset(name: str) -> bytes:
    return (files("fastapi_swagger") / "resources" / name).read_bytes()
