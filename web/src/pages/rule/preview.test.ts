import { describe, expect, it } from "vitest";
import { cutAt, previewOf } from "./preview";

describe("previewOf", () => {
  it("shows the quoted texts, and a gap for each value", () => {
    expect(previewOf(`"You use " + AVG($Power) | "#,##0" + " W."`)).toBe("You use … W.");
    expect(previewOf(`"Battery at " + $Charge | '0' + " % and " + -AVG($Grid) / 1000 | '0.0' + " kW"`)).toBe(
      "Battery at … % and … kW",
    );
  });

  it("takes a plain text as it is, and nothing as nothing", () => {
    expect(previewOf(`"Hello"`)).toBe("Hello");
    expect(previewOf("")).toBe("");
  });
});

it("cuts between characters, not in them", () => expect(cutAt("ab🌞cd", 3)).toEqual(["ab🌞", "cd"]));
