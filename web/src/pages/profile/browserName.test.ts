import { describe, expect, it } from "vitest";
import { browserName } from "./browserName";

describe("browserName", () => {
  it("tells the browser that it is, not those that it resembles", () => {
    const chrome =
      "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36";
    expect(browserName(chrome)).toBe("Chrome · Windows");
    expect(browserName(`${chrome} Edg/140.0`)).toBe("Edge · Windows");
    expect(browserName("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1")).toBe(
      "Safari · iOS",
    );
    expect(browserName("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")).toBe(
      "Firefox · Linux",
    );
  });

  it("says nothing of what it does not know", () => {
    expect(browserName("curl/8.5")).toBeUndefined();
    expect(browserName("")).toBeUndefined();
  });
});
