// Colours for the rule language: by its tokens alone, for what is right is said by the server.
import { HighlightStyle, StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { tags } from "@lezer/highlight";

const WORDS = new Set(["AND", "OR", "NOT", "IN", "IS", "true", "false", "TRUE", "FALSE", "now"]);

const language = StreamLanguage.define({
  name: "hearth",
  token(stream) {
    if (stream.eatSpace()) return null;
    if (stream.match(/^"(?:[^"\\]|\\.)*"?/) || stream.match(/^'(?:[^'\\]|\\.)*'?/)) return "string";
    if (stream.match(/^\$[\p{L}_][\p{L}\p{N}_]*/u)) return "variableName";
    if (stream.match(/^::\w+/)) return "propertyName";
    if (stream.match(/^\d+(?:\.\d+)?/)) return "number";
    if (stream.match(/^[\p{L}_][\p{L}\p{N}_]*/u)) {
      if (WORDS.has(stream.current())) return "keyword";
      return stream.peek() === "(" ? "typeName" : "atom";
    }
    stream.next();
    return "operator";
  },
});

const colours = HighlightStyle.define([
  { tag: tags.string, class: "x-text" },
  { tag: tags.variableName, class: "x-dataset" },
  { tag: tags.propertyName, class: "x-attribute" },
  { tag: tags.number, class: "x-number" },
  { tag: tags.keyword, class: "x-word" },
  { tag: tags.typeName, class: "x-function" },
]);

export const highlighting = [language, syntaxHighlighting(colours)];
