// Which rules are shown, and in which order.
import type { Rule } from "../../api/public";
import type { RulesSearch } from "../ruleSearch";
import { STATES } from "../ruleSearch";

/** Those that fit, the active ones first, each group by name. */
export function shownRules(rules: Rule[], { q, state, tag }: RulesSearch, language: string): Rule[] {
  const words = (q ?? "").toLocaleLowerCase(language).split(/\s+/).filter(Boolean);
  const fits = (rule: Rule) => {
    const text = [rule.name, rule.description, rule.condition, ...rule.tags].join(" ").toLocaleLowerCase(language);
    return (
      (!state || rule.ruleState === state) &&
      (!tag || rule.tags.includes(tag)) &&
      words.every((word) => text.includes(word))
    );
  };
  const rank = (rule: Rule) => STATES.indexOf(rule.ruleState);
  return rules.filter(fits).sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name, language));
}

export function tagsOf(rules: Rule[]): string[] {
  return [...new Set(rules.flatMap((rule) => rule.tags))].sort();
}
