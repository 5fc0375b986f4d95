import { describe, expect, it } from "vitest";
import { LineTooLong, partOf, wholeRows } from "./csvParts";

const bytes = (text: string) => new TextEncoder().encode(text);

describe("wholeRows", () => {
  it("ends behind the last line that is whole", () => {
    expect(wholeRows(bytes("a,b\n1,2\n3"))).toBe(8);
    expect(wholeRows(bytes("a,b"))).toBe(0);
  });

  it("does not cut within quotes, unless they never close", () => {
    expect(wholeRows(bytes('a\n"x\ny\n'))).toBe(2);
    expect(wholeRows(bytes('5" pipe\nb\n'))).toBe(10);
  });
});

describe("partOf", () => {
  it("takes a file row by row, the last one also without an end, and no sign of byte order", async () => {
    const file = new Blob(["\ufefftime,kWh\n1,ä\n2,3"]);
    const first = await partOf(file, 0, 14);
    expect(first.text).toBe("time,kWh\n");
    const rest = await partOf(file, first.end, 1000);
    expect(rest).toEqual({ text: "1,ä\n2,3", end: file.size });
  });

  it("refuses what is no UTF-8, and a line that never ends", async () => {
    await expect(partOf(new Blob([new Uint8Array([0x61, 0xe4, 0x0a])]), 0, 100)).rejects.toThrow(TypeError);
    await expect(partOf(new Blob(["a".repeat(100)]), 0, 10)).rejects.toThrow(LineTooLong);
  });
});
