import { existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { locked } from '../../../src/base/locked.ts';
import { newFolder } from './repository.ts';

const silent = (): void => undefined;

/** How many were in at once, of so many who all want in. */
async function mostAtOnce(path: string, many: number): Promise<{ readonly most: number; readonly entered: number }> {
  let [inside, most, entered] = [0, 0, 0];
  const enter = async (): Promise<void> => {
    entered += 1;
    most = Math.max(most, (inside += 1));
    await setTimeout(20);
    inside -= 1;
  };
  await Promise.all(Array.from({ length: many }, () => locked(path, silent, enter)));
  return { most, entered };
}

const inNewFolder = (): string => join(newFolder(), 'base.lock');

function forgottenLock(): string {
  const path = inNewFolder();
  writeFileSync(path, 'killed');
  utimesSync(path, new Date(0), new Date(0));
  return path;
}

test('one at a time, all get their turn, and nothing is left', async () => {
  const path = inNewFolder();
  expect(await mostAtOnce(path, 5)).toEqual({ most: 1, entered: 5 });
  expect(existsSync(path)).toBe(false);
});

test('one at a time, too, where all find a lock that its holder forgot', async () => {
  expect(await mostAtOnce(forgottenLock(), 5)).toEqual({ most: 1, entered: 5 });
});

test('who took a forgotten lock loses it to one who found it forgotten in the same moment, and waits', async () => {
  const path = forgottenLock();
  const told: string[] = [];
  let hasEntered = false;
  const waiting = locked(
    path,
    (line) => told.push(line),
    async () => void (hasEntered = true),
  );
  // What another process does between looking at its age and here.
  writeFileSync(path, 'another');
  await setTimeout(500);
  expect({ hasEntered, told }).toEqual({ hasEntered: false, told: [expect.stringContaining(`waiting for ${path}`)] });
  utimesSync(path, new Date(0), new Date(0));
  await waiting;
  expect(hasEntered).toBe(true);
});

test('a lock that was lost while it was held is not removed', async () => {
  const path = inNewFolder();
  await locked(path, silent, async () => writeFileSync(path, 'another'));
  expect(readFileSync(path, 'utf8')).toBe('another');
});

test('who waits is told so once, and what the holder throws sets it free', async () => {
  const [path, told] = [inNewFolder(), [] as string[]];
  const failing = locked(path, silent, async () => {
    await setTimeout(500);
    throw new Error('broken');
  });
  const next = locked(
    path,
    (line) => told.push(line),
    async () => undefined,
  );
  await expect(failing).rejects.toThrow('broken');
  await next;
  expect(told).toHaveLength(1);
});
