"""What is shipped may be shipped: no dependency forbids it, and the licence is named everywhere the same."""

import re
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Of the GNU licences only the Lesser one lets a program under another licence import a library.
COPYLEFT = re.compile(r"\bA?GPL|GNU (Affero )?General Public|\bSSPL|Commons.Clause|Business Source", re.IGNORECASE)


def licence_of(package: PackageMetadata) -> str:
    """What a package says of its licence: an expression, else its classifiers, else the first line of its text."""
    classifiers = [line for line in package.get_all("Classifier") or [] if line.startswith("License ::")]
    text = (package.get("License") or "").strip().split("\n")[0]
    return package.get("License-Expression") or " ".join(classifiers) or text


def test_no_shipped_dependency_forbids_to_be_shipped():
    names = re.findall(r"^([\w.-]+)==", (ROOT / "requirements.lock").read_text(), flags=re.MULTILINE)
    licences = {}
    for name in names:
        try:
            licences[name] = licence_of(metadata(name))
        except PackageNotFoundError:
            continue  # for another platform
    assert len(licences) > 20
    assert {name: licence for name, licence in licences.items() if not licence or COPYLEFT.search(licence)} == {}


def test_hearth_is_under_the_apache_licence():
    assert "Apache License\n                           Version 2.0, January 2004" in (ROOT / "LICENSE").read_text()
    assert licence_of(metadata("hearth")) == "Apache-2.0"
