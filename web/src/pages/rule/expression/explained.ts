// An explanation as elements for the editor's own boxes, always as text.

interface Said {
  title: string;
  documentation: string;
  type?: string | null;
  examples: string[];
}

export function explained({ title, documentation, type, examples }: Said): HTMLElement {
  const box = document.createElement("div");
  box.className = "x-explained";
  const add = (name: string, className: string, text: string | null | undefined) => {
    if (!text) return;
    const element = box.appendChild(document.createElement(name));
    element.className = className;
    element.textContent = text;
  };
  add("code", "x-explained-title", title);
  add("span", "x-explained-type", type);
  add("p", "x-explained-text", documentation);
  for (const example of examples.slice(0, 2)) add("code", "x-explained-example", example);
  return box;
}
