import { Skeleton } from "@mantine/core";

/** What stands in a page's place while its script comes. */
export function PageSkeleton() {
  return (
    <div aria-hidden className="page-skeleton">
      <Skeleton width={180} height={30} />
      <Skeleton height={120} radius="lg" />
      <Skeleton height={120} radius="lg" />
      <Skeleton height={120} radius="lg" />
    </div>
  );
}
