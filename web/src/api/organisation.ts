// What the pages of the organisation's settings ask for: its data, its API clients, the categories of its events.
import { queryOptions } from "@tanstack/react-query";
import { answer, client } from "./client";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type Organisation = Schemas["OrganisationView"];
export type Limits = Schemas["Limits"];
export type ApiClient = Schemas["ClientView"];
export type Secret = Schemas["SecretView"];
export type EventCategory = Schemas["EventCategoryView"];

export const organisationQuery = queryOptions({
  queryKey: ["organisation"],
  queryFn: () => answer(client.GET("/console/api/organisation")),
});

export const clientsQuery = queryOptions({
  queryKey: ["clients"],
  queryFn: () => answer(client.GET("/console/api/clients")),
});

export const eventCategoriesQuery = queryOptions({
  queryKey: ["event-categories"],
  queryFn: () => answer(client.GET("/console/api/event-categories")),
});
