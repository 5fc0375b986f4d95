"""Paging: where the next page is (RFC 8288)."""

from fastapi import Request

LINK_HEADER = {"Link": 'The next page, as `<…>; rel="next"`; absent on the last one.'}


def next_link(request: Request, after: str, limit: int) -> dict[str, str]:
    """The Link header to the page behind `after`; the other parameters of the request stay."""
    url = request.url.include_query_params(after=after, limit=limit)
    return {"Link": f'<{url}>; rel="next"'}
