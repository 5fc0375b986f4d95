"""Permissions and roles: what a member may see and change in the console.

Holds the closed list of permissions and which role has which. Who is asking, and how a refusal is told, is the
console's. Invariant: whoever may write a noun may read it; nothing outside this table grants anything.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, get_args

Permission = Literal[
    "read:buildings",
    "write:buildings",
    "read:events",
    "write:events",
    "read:rules",
    "write:rules",
    "read:pushnotifications",
    "write:pushnotifications",
    "read:statistics",
    "write:statistics",
    "admin:users",
    "admin:all",
    "billing:admin",
]
Role = Literal["Viewer", "Author", "Admin", "Billing"]

PERMISSIONS: tuple[Permission, ...] = get_args(Permission)
ROLES: tuple[Role, ...] = get_args(Role)

_READING = frozenset(permission for permission in PERMISSIONS if permission.startswith("read:"))
_WRITING = frozenset(permission for permission in PERMISSIONS if permission.startswith("write:"))

PERMISSIONS_OF: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        "Viewer": _READING,
        "Author": _READING | _WRITING,
        "Admin": frozenset(PERMISSIONS),
        "Billing": frozenset(("read:statistics", "billing:admin")),
    }
)


def may(role: Role, permission: Permission) -> bool:
    """Whether a member of that role has the permission."""
    return permission in PERMISSIONS_OF[role]


def permissions_of(role: Role) -> list[Permission]:
    """The role's permissions, in the order of the list above."""
    return [permission for permission in PERMISSIONS if may(role, permission)]
