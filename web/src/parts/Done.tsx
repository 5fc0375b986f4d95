import { Alert } from "@mantine/core";

/** A calm word that something was done. */
export function Done({ text }: { text: string | false }) {
  return (
    <div role="status">
      {text && (
        <Alert color="green" className="notice">
          {text}
        </Alert>
      )}
    </div>
  );
}
