/** The one place of src/report that touches the disk: the style and script which the HTML report carries inside. */
import { readFileSync } from 'node:fs';

export interface Assets {
  readonly css: string;
  readonly script: string;
}

export const readAssets = (): Assets => ({ css: read('report.css'), script: read('report.client.js') });

const read = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');
