/** The page side of numerics.test.ts: it holds the same cases as Node and runs the one it is asked for. */
import { allCases } from '../harness/gpu-case.ts';

declare global {
  interface Window {
    /** The keys of all cases, in order. */
    caseKeys: string[];
    /** Runs one case. @returns what went wrong, or null */
    runCase(key: string): Promise<string | null>;
  }
}

const cases = allCases();

window.caseKeys = cases.map(({ key }) => key);

window.runCase = async (key) => {
  const found = cases.find((one) => one.key === key);
  if (found === undefined) return `The page has no case "${key}".`;
  try {
    await found.run(navigator.gpu);
    return null;
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
};
