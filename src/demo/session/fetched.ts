/** Files of this page's own origin, and parts of its script. One that does not come, or not soon, is told in one sentence. */
import { ToldError } from '../told-error.ts';
import { str, type Told, told } from '../words.ts';
import { inTime } from './in-time.ts';

const PATIENCE_MS = 30_000;
const LATE = told(str`no answer within ${PATIENCE_MS / 1000} seconds`);

function missing(what: Told, why: Told): ToldError {
  return new ToldError(
    'internal',
    told(str`${what} could not be loaded (${why}). Try again once there is a connection.`),
  );
}

/** The same for a part of the script. */
export async function imported<T>(part: Promise<T>, what: Told): Promise<T> {
  const came = await inTime(part, PATIENCE_MS).catch((error: Error) => {
    throw missing(what, error.message);
  });
  if (came === null) throw missing(what, LATE);
  return came;
}

/**
 * @param what it holds, as a sentence begins with it
 * @throws ToldError where it can't be had
 */
export async function fetched<T>(
  address: string,
  what: Told,
  read: (response: Response) => Promise<T>,
): Promise<T> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  let why: Told;
  try {
    const response = await fetch(address, { signal });
    if (response.ok) return await read(response);
    why = String(response.status);
  } catch (error) {
    why = signal.aborted ? LATE : (error as Error).message;
  }
  throw missing(what, why);
}
