/** Queries of sessions and users. */

import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { call } from "./client";
import { type ListQuery, PAGE_SIZE } from "./traces";
import type { Conversations, Page, SessionDetail, SessionRow, UserRow } from "./types";

export function sessionsQuery(query: ListQuery) {
  return infiniteQueryOptions({
    queryKey: ["sessions", query],
    queryFn: ({ pageParam, signal }) =>
      call<Page<SessionRow>>("sessions", { params: { ...query, limit: PAGE_SIZE, cursor: pageParam }, signal }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
  });
}

export function sessionQuery(sessionId: string) {
  return queryOptions({
    queryKey: ["session", sessionId],
    queryFn: ({ signal }) => call<SessionDetail>(`sessions/${encodeURIComponent(sessionId)}`, { signal }),
    placeholderData: keepPreviousData,
  });
}

/** All sessions of the range together; of the score that is named, its mean by turn. */
export function conversationsQuery({ filter, from, to }: ListQuery, score: string) {
  return queryOptions({
    queryKey: ["sessions", "together", filter, from, to, score],
    queryFn: ({ signal }) => call<Conversations>("session-analytics", { params: { filter, from, to, score }, signal }),
    placeholderData: keepPreviousData,
  });
}

export function usersQuery(query: ListQuery) {
  return infiniteQueryOptions({
    queryKey: ["users", query],
    queryFn: ({ pageParam, signal }) =>
      call<Page<UserRow>>("users", { params: { ...query, limit: PAGE_SIZE, cursor: pageParam }, signal }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
  });
}

export function userQuery(userId: string) {
  return queryOptions({
    queryKey: ["user", userId],
    queryFn: ({ signal }) => call<UserRow>(`users/${encodeURIComponent(userId)}`, { signal }),
    placeholderData: keepPreviousData,
  });
}
