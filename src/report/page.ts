/** What every page of onpar is: one file that asks nothing of any network, with style and script inside. */
import type { Assets } from './assets.ts';
import { markup, Markup } from './markup.ts';
import type { Child } from './markup.ts';

export interface Page {
  readonly title: string;
  readonly onpar: string;
  readonly header: Markup;
  readonly sections: Child;
}

export const page = ({ title, onpar, header, sections }: Page, assets: Assets): Markup => markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><meta name="generator" content="onpar ${onpar}"><title>${title}</title><link rel="icon" href="data:,"><style>
${new Markup(assets.css)}</style></head><body><a class="skip" href="#main">Skip to the report</a>
${header}<main id="main">${sections}</main>
<footer><p>Written by onpar ${onpar}. One file, no request to anywhere: safe to attach, archive and print.</p></footer>
<script>${new Markup(assets.script)}</script></body></html>
`;

/** The script adds the copy button: without it there is nothing that does nothing. */
export const command = (label: string, text: string): Markup =>
  markup`<p class="command"><span>${label}</span><code data-copy>${text}</code></p>`;
