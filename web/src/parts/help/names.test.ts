// Jumping to places of the manual as it is.
import { expect, it } from "vitest";
import { fitting } from "../palette/fitting";
import { helpNames } from "./names";

const names = await helpNames("en");
const german = await helpNames("de");
const place = ({ id, anchor }: { id: string; anchor: string }) => id + (anchor && `#${anchor}`);

it("leads to a page by its title before all sections", () => {
  expect(fitting(names, "weather", "en").map(place)[0]).toBe("operate/weather");
});

it("leads to a section by its heading, and tells its page", () => {
  const [found] = fitting(names, "signing secret", "en");
  expect(found && place(found)).toBe("integrate/webhooks#replace-the-signing-secret");
  expect(found?.title).toBe("Receive notifications");
});

it("speaks the reader's language where a page is translated", () => {
  expect(fitting(german, "ausdrucke", "de").map(place)).toContain("write-rules/in-the-console#write-expressions");
  expect(fitting(german, "weather", "de").map(place)[0]).toBe("operate/weather");
});
