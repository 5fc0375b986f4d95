import { Fragment } from "react";

/** A name in capitals, which a narrow column breaks between its words alone. */
export function Breakable({ name }: { name: string }) {
  return name.split("_").map((word, at) => (
    <Fragment key={at}>
      {at > 0 && (
        <>
          _<wbr />
        </>
      )}
      {word}
    </Fragment>
  ));
}
