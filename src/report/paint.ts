/** Colours of a terminal, where there are any: they never carry the meaning alone. */
import { styleText } from 'node:util';
import type { Tone } from './format.ts';

type Paint = (tone: Tone, text: string) => string;

// Bright black for what is absent: it is information, not a warning.
const colours = { good: 'green', bad: 'red', unsure: 'yellow', absent: 'gray' } as const;

export const painter =
  (color: boolean): Paint =>
  (tone, text) =>
    color ? styleText(colours[tone], text, { validateStream: false }) : text;
