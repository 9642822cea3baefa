/**
 * As much of a document as the charts need, in text: the build draws them with the page's own code, in Node, where there is no
 * other document.
 */

class TextElement {
  readonly #name: string;
  readonly #attributes: string[] = [];
  readonly #children: TextElement[] = [];
  textContent = '';

  constructor(name: string) {
    this.#name = name;
  }

  setAttribute(name: string, value: string): void {
    this.#attributes.push(` ${name}="${escapeText(value)}"`);
  }

  append(...children: TextElement[]): void {
    this.#children.push(...children);
  }

  toString(): string {
    const content = escapeText(this.textContent) + this.#children.join('');
    return `<${this.#name}${this.#attributes.join('')}>${content}</${this.#name}>`;
  }
}

/** Text as it stands in HTML, inside an element or an attribute. */
export function escapeText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/**
 * The markup of what `draw` makes with `document.createElementNS`.
 * @param draw does its work before it returns
 */
export function markupOf(draw: () => Element): string {
  const scope = globalThis as { document?: unknown };
  const before = Object.getOwnPropertyDescriptor(scope, 'document');
  scope.document = { createElementNS: (_: string, name: string) => new TextElement(name) };
  try {
    return String(draw());
  } finally {
    delete scope.document;
    if (before !== undefined) Object.defineProperty(scope, 'document', before);
  }
}
