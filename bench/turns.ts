/** Contenders take turns. */

/** Every contender is as often first as any other. */
export function rotated<T>(items: readonly T[], by: number): T[] {
  const first = by % items.length;
  return [...items.slice(first), ...items.slice(0, first)];
}

/** @throws Error with the engine's name before what went wrong in its turn */
export async function named<T>(name: string, turn: () => Promise<T>): Promise<T> {
  try {
    return await turn();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(reason.startsWith(`${name}:`) ? reason : `${name}: ${reason}`);
  }
}
