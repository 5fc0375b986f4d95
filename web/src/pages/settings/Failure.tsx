import { useSentences } from "../../texts/sentences";

/** Why an attempt failed. */
export function Failure({ error }: { error: string }) {
  return useSentences()(error, "failures");
}
