"""What Schemathesis cannot know of the API, loaded by its command (schemathesis.toml).

No check is off. A complaint that is none is told apart by what the API answered, and each of these stands here with its reason:
what no schema can say, and so no generated request can keep.
"""

import gzip
import json
import re
from typing import Any

import schemathesis
from schemathesis.core.failures import Failure

# Schema-valid requests that are rightly refused: (status, what the problem's detail says) and why no schema says it.
REFUSED_RIGHTLY = [
    (412, r"has changed since|was saved as version", "an ETag of the right form may be that of another state"),
    (400, r"If-Match must be an ETag", "Schemathesis 4.32 takes the empty text for one that fits its pattern"),
    (400, r"is empty: |must (not )?be later than|not before|does not come after", "one value is compared with another"),
    (400, r"must lie between|between 1970 and 2200", "days and instants are texts, which have no least and no greatest"),
    (400, r"there is no such day|not an instant", "a text may have the form of a day that no calendar has"),
    (400, r"at most ([\d,]+ days|a year)", "the length of a range is none of either end"),
    (400, r"An ACTIVE rule must be", "what a rule must be whole for is its state's to say, and the rule language's"),
    (400, r"after is ", "a place behind which a page starts is what a Link header said"),
    (400, r"there are two", "members of a list are told apart by one of their own members"),
    (400, r"send either rule|in lines only|tariff needs", "one member says what else must be sent"),
    (400, r"has no event of this rule|tariff of this building is", "it depends on what the home is and has"),
    (400, r"ahead of the platform's clock", "how far it may lie ahead is the clock's to say"),
    (400, r"needs both", "two members that may be null are given together"),
    (
        400,
        r"[Tt]here is no building|unknown (event type|source)|is no ISO 3166-1|(no|unknown) time zone|is no (event|device) type",
        "a text of the right form may be the id of nothing, or no type of the catalogue",
    ),
]


@schemathesis.hook
def filter_failure(context: Any, failure: Failure, case: Any, response: Any) -> bool:
    """Keeps a complaint, unless the API's answer says why it is none."""
    if failure.code == "ST201" and "in header - object with unexpected properties" in failure.message:
        return False  # HTTP lets a request have headers that nobody asked for
    if failure.code == "ST201" and not (case.headers or {}).get("Content-Encoding", "none"):
        return False  # an empty header says nothing (RFC 9110, 5.6.1)
    if failure.code == "ST201" and "yaml" in (case.media_type or "") and "in body - violates `type`" in failure.message:
        return False  # rules as YAML are described as the text that they are: every body is one
    if failure.code != "ST202":
        return True
    try:
        problem = json.loads(response.content)
    except ValueError:
        return True
    if any("code" in error for error in problem["errors"]):
        return False  # a mistake in the rule language: what a text means there is not for a schema to say
    told = " ".join([problem["detail"], *(error["detail"] for error in problem["errors"])])
    return not any(response.status_code == status and re.search(words, told) for status, words, _ in REFUSED_RIGHTLY)


@schemathesis.serializer("application/json")
def as_it_says(context: Any, value: Any) -> bytes:
    """What is said to be packed is packed."""
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return gzip.compress(body) if (context.case.headers or {}).get("Content-Encoding") == "gzip" else body


@schemathesis.serializer("application/yaml", "text/yaml")
def as_it_stands(context: Any, value: Any) -> bytes:
    """Rules as YAML are described as the text that they are."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


@schemathesis.deserializer("application/yaml", "text/yaml")
def as_it_came(context: Any, response: Any) -> str:
    """The same the other way."""
    return str(response.content.decode())
