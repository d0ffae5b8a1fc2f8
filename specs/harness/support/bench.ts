/** Benchmarks are plain JavaScript without declarations: what they export has no type here. */
export const bench = (path: string): Promise<any> => import(new URL(`../../../bench/${path}`, import.meta.url).href);
