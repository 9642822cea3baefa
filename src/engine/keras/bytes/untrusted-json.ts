/**
 * Reading parsed JSON of unknown origin (json-text.ts has bounded it): own keys only, wrong types answered with undefined.
 * Nothing of it is ever spread or assigned into another object.
 */

/** A JSON object, by its own keys. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a value is a JSON object (no array, no null). */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An own key of an object; undefined where it is absent, null, or the value is no object. */
export function own(value: unknown, key: string): unknown {
  return isObject(value) && Object.hasOwn(value, key) ? (value[key] ?? undefined) : undefined;
}

/** A string under a key, undefined where there is none. */
export function ownString(value: unknown, key: string): string | undefined {
  const found = own(value, key);
  return typeof found === 'string' ? found : undefined;
}

/** A value as a message shows it: short, whatever it is. */
export function shown(value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch {
    text = undefined; // too deep for JSON.stringify
  }
  text ??= value === undefined ? 'nothing' : String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** A name as a message shows it: no control characters, and not without end. */
export function shownName(name: string): string {
  const clean = name.replace(/[\p{Cc}\p{Cf}]/gu, '?');
  return clean.length > 80 ? `${clean.slice(0, 77)}...` : clean;
}

/**
 * A number: plain, or as Keras 2 wrote NumPy's, `{"type": "ndarray", "value": 0.3}`.
 * @returns undefined for anything else
 */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  const inner = own(value, 'value') ?? own(own(value, 'config'), 'value');
  return typeof inner === 'number' && Number.isFinite(inner) ? inner : undefined;
}
