import { Button, type ButtonProps } from "@mantine/core";
import type { UseInfiniteQueryResult } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

interface Props extends ButtonProps {
  list: Pick<UseInfiniteQueryResult, "hasNextPage" | "isFetchingNextPage" | "fetchNextPage">;
}

/** Fetches the next part of a list, where there is one. */
export function More({ list, ...props }: Props) {
  const { t } = useTranslation();
  if (!list.hasNextPage) return null;
  return (
    <Button variant="default" {...props} loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
      {t("list.more")}
    </Button>
  );
}
