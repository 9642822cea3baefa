/** Whether an interval kept its promise on the test part, as far as so few windows can tell. */

/** Standard deviations that a count may lie below what is expected and still be chance. */
const CHANCE = 2;

/** True where fewer of the windows lie inside than a binomial count with this share comes to by chance. */
export function fewerThanChance(inside: number, windows: number, share: number): boolean {
  return inside < share * windows - CHANCE * Math.sqrt(windows * share * (1 - share));
}
