"""Build hook: no wheel without the console's pages, which `make pages` builds from `web/`."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PAGE = Path("src/hearth/console/pages/index.html")


class PagesHook(BuildHookInterface[Any]):
    """Stops the build of a wheel that could show no console; an editable install serves what is there."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before each build; `version` is "editable" or "standard"."""
        if version != "editable" and not (Path(self.root) / PAGE).is_file():
            raise FileNotFoundError(f"{PAGE} is missing. Run `make pages` first.")
