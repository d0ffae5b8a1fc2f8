/** How many images both sides are asked of: all of them, unless a side would take long. Release against release one may be twenty times as slow. */

/** Seconds that all images of a case may take. */
const patience = 5;
/** Else, as many as a commit asks of a slow backend. */
const few = 1_000;
const pilot = 100;

/** `take`: asks both sides at once. The first call opens and compiles, the second one is timed. */
export async function affordable(images: number, take: (images: number) => Promise<unknown>): Promise<number> {
  if (images <= few) return images;
  await take(pilot);
  const start = performance.now();
  await take(pilot);
  const seconds = (performance.now() - start) / 1e3;
  return (seconds * images) / pilot > patience ? few : images;
}
