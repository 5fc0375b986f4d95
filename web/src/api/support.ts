// What the pages of support ask for.
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { answer, client } from "./client";
import type { components, paths } from "./schema";

type Schemas = components["schemas"];
export type Ticket = Schemas["TicketView"];
export type TicketMessage = Schemas["TicketMessageView"];
export type NewTicket = Schemas["NewTicket"];
export type TicketState = Ticket["state"];

export const TICKET_STATES = ["OPEN", "ANSWERED", "CLOSED"] as const satisfies readonly TicketState[];
export const TICKET_CATEGORIES = [
  "QUESTION",
  "PROBLEM",
  "SUGGESTION",
  "OTHER",
] as const satisfies readonly Ticket["category"][];

export const TICKET_ORDERS = ["newest", "oldest", "activity"] as const satisfies readonly NonNullable<
  NonNullable<paths["/console/api/tickets"]["get"]["parameters"]["query"]>["sort"]
>[];

/** How the list of requests is looked at, as the address has it. */
export interface TicketsSearch {
  q?: string | undefined;
  /** The state that is asked for. */
  requests?: TicketState | undefined;
  /** Unless told, the newest come first. */
  sort?: (typeof TICKET_ORDERS)[number] | undefined;
}

/** Page by page. Answers come from elsewhere, so it is never kept. */
export const ticketsQuery = ({ q, requests: state, sort }: TicketsSearch) =>
  infiniteQueryOptions({
    queryKey: ["tickets", "list", q, state, sort],
    staleTime: 0,
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      answer(
        client.GET("/console/api/tickets", {
          params: { query: { search: q ?? "", state, sort, after: pageParam } },
          signal,
        }),
      ),
    getNextPageParam: (page) => page.nextAfter ?? undefined,
  });

export const ticketQuery = (id: string) =>
  queryOptions({
    queryKey: ["tickets", "one", id],
    staleTime: 0,
    queryFn: () => answer(client.GET("/console/api/tickets/{ticket_id}", { params: { path: { ticket_id: id } } })),
  });
