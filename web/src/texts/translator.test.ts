import { describe, expect, it } from "vitest";
import de from "./sentences/de.json";
import fr from "./sentences/fr.json";
import { translator } from "./translator";

const german = translator(de);

describe("a sentence of the platform", () => {
  it.each([
    ["There is no function SUMM.", "Die Funktion SUMM gibt es nicht."],
    [
      "`AND` needs yes/no on both sides; the right side is a number (`2`).",
      "`AND` braucht auf beiden Seiten ja oder nein; die rechte Seite ergibt eine Zahl (`2`).",
    ],
    ["Several events (`$Power`) has no `::Nope`.", "`$Power` ergibt mehrere Ereignisse; dort gibt es kein `::Nope`."],
    [
      "not sent: the condition does not hold: $A > 1 ($A is 0 W, AVG($B) is 2 kWh); $C = 1 ($C is 3); and 2 more",
      "nicht gesendet: die Bedingung trifft nicht zu: $A > 1 ($A ist 0 W, AVG($B) ist 2 kWh); $C = 1 ($C ist 3); und 2 weitere",
    ],
    [
      "There is no source GATEWY. Hint: did you mean GATEWAY?",
      "Die Quelle GATEWY gibt es nicht. Hinweis: meinten Sie GATEWAY?",
    ],
  ])("%s", (english, said) => expect(german(english)).toBe(said));

  it("keeps code as it is, whatever stands in it", () => {
    const code = '"There is no function SUMM." + $A; is (a, b)';
    expect(german(`because of \`${code}\``)).toBe(`wegen \`${code}\``);
  });

  it("keeps the texts within code as they are, whatever they say", () => {
    const [one, other] = [`$A = "x (y is 1); \\" is 2"`, `$B = 'a "(b is c'`];
    expect(german(`the condition does not hold: ${one} ($A is "u, v is w"); ${other} ($B is 1)`, "reasons")).toBe(
      `die Bedingung trifft nicht zu: ${one} ($A ist "u, v is w"); ${other} ($B ist 1)`,
    );
    expect(german('This text is not closed: " is missing at its end.')).toContain('"');
    expect(german('the condition does not hold: $A = "a … z" ($A is "y … ")', "reasons")).toContain("$A ist");
    expect(german('the condition does not hold: $A = "a … + 1 > 2 ($B is 0)', "reasons")).toContain("($B ist 0)");
  });

  it("writes figures as the language does", () => {
    const french = translator(fr, undefined, new Intl.NumberFormat("fr-FR"));
    expect(
      french("the condition does not hold: $A > 1,000.5 ($A is -12,345.5 W, $B is 1.75, $C is 12.11.2026)", "reasons"),
    ).toBe(
      "la condition n’est pas remplie\u00a0: $A > 1,000.5 ($A vaut -12\u202f345,5 W, $B vaut 1,75, $C vaut 12.11.2026)",
    );
    expect(french("1.75 hours", "timespans")).toBe("1,75 heures");
  });

  it("of a failed attempt has its cause in it", () => {
    expect(translator(fr)("no access token: the token URL: no connection", "failures")).toBe(
      "pas de jeton d’accès\u00a0: pas de connexion",
    );
  });

  it("is not known where no template fits", () => {
    expect(german("Something else happened.")).toBeNull();
    expect(german("`AND` needs yes/no on both sides; the right side is a banana (`2`).")).toBeNull();
  });

  it("does not take long, however many parts it has", () => {
    const terms = Array.from({ length: 60 }, (_, index) => `$A > ${index} ($A is ${index}, $B is ${index})`).join("; ");
    expect(german(`the condition does not hold: ${terms}`, "reasons")).toContain("$B ist 59");
  });
});
