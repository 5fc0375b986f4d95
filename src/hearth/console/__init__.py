"""The web console's server side: sessions, JSON endpoints, live updates, and the built pages.

Speaks to services alone. Its endpoints serve our own pages and may change with them; the public API is `hearth.api`.
"""
