/** Markup that cannot be forgotten to be escaped: whatever is interpolated is text unless it is Markup itself. */

export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type Child = Markup | string | number | null | readonly Child[];

/** markup`<p>${untrusted}</p>`: safe in elements and in double-quoted attributes. */
export const markup = (parts: TemplateStringsArray, ...children: readonly Child[]): Markup =>
  new Markup(parts.map((part, at) => part + render(children[at] ?? null)).join(''));

/** An id for a case; what an id may not hold is replaced, and the same text always gives the same id. */
export const anchor = (id: string): string => id.replace(/\s+/g, '-').replace(/\p{Surrogate}/gu, '\ufffd');

export const href = (id: string): string => `#${encodeURI(anchor(id)).replaceAll('#', '%23')}`;

function render(child: Child): string {
  if (child === null) return '';
  if (child instanceof Markup) return child.text;
  if (typeof child === 'object') return child.map(render).join('');
  return String(child).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
