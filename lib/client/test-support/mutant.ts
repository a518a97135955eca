/** A copy of the recipes with one deliberate mistake in it: what the model check must catch. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Recipes } from '../sim/scenarios.ts';

const RECIPES = path.join(import.meta.dirname, '../recipes');
const FILES = ['mutex', 'election', 'rw-lock', 'semaphore', 'queue', 'counter', 'double-barrier'];

export interface Mistake {
  /** In lib/client/recipes. */
  readonly file: string;
  /** Must stand in the file exactly once: a mutant of code that is no more proves nothing. */
  readonly find: string;
  readonly replace: string;
}

export async function withMistake<T>(mistake: Mistake, use: (recipes: Recipes) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(path.join(tmpdir(), 'mutant-'));
  try {
    for (const name of readdirSync(RECIPES).filter((file) => /(?<!\.test)\.ts$/.test(file))) {
      const text = readFileSync(path.join(RECIPES, name), 'utf8');
      const mutated = name === mistake.file ? replaceOnce(text, mistake) : text;
      // What is no recipe stays the same module: errors are told apart by their class.
      writeFileSync(path.join(folder, name), mutated.replaceAll("from '../", `from '${path.join(RECIPES, '..')}/`));
    }
    const modules = await Promise.all(FILES.map((file) => import(/* @vite-ignore */ path.join(folder, `${file}.ts`))));
    return await use(Object.assign({}, ...modules) as Recipes);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function replaceOnce(text: string, { file, find, replace }: Mistake): string {
  const parts = text.split(find);
  if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} places that read: ${find}`);
  return parts.join(replace);
}
