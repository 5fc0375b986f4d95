// What the pages of accounts ask for: members, one's own profile, the audit log.
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { answer, client, Refused } from "./client";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type Member = Schemas["MemberView"];
export type Invitation = Schemas["InvitationView"];
export type Profile = Schemas["ProfileView"];
export type AuditEntry = Schemas["AuditEntryView"];
export type Role = Member["role"];

export const ROLES = ["Viewer", "Author", "Admin", "Billing"] as const satisfies readonly Role[];

export const membersQuery = queryOptions({
  queryKey: ["members"],
  queryFn: () => answer(client.GET("/console/api/members")),
});

export const profileQuery = queryOptions({
  queryKey: ["profile"],
  queryFn: () => answer(client.GET("/console/api/profile")),
});

/** Entries in which each word of the search stands, newest first, page by page. */
export const auditQuery = (search: string) =>
  infiniteQueryOptions({
    queryKey: ["audit", search],
    // Others write it too.
    staleTime: 0,
    initialPageParam: undefined as number | undefined,
    queryFn: ({ pageParam }) =>
      answer(client.GET("/console/api/audit", { params: { query: { search, before: pageParam } } })),
    getNextPageParam: (page) => page.nextBefore ?? undefined,
  });

/** Whether the request was wrong at that field. */
export const isAbout = (error: Error | null, pointer: string): boolean =>
  error instanceof Refused && error.pointers.some((each) => each === pointer || each === `/body${pointer}`);
