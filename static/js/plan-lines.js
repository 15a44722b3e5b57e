// @ts-check
/** The lines of a plan in a form: their numbers, and what was typed as one string. Pure; knows no page. */

/** What stands for the number in a line that has yet to get one. */
export const BLANK = "__n__";

/**
 * Give a name, an id or an address with another line's number in it; what belongs to no line stays what it is.
 * @param {string} text such as `lines-3-time`, `line-3` or `/practices#line-4`
 * @param {number} number
 */
export function renumbered(text, number) {
  return text.replace(new RegExp(`\\b(lines?-)(?:[0-9]+|${BLANK})(?![0-9])`, "g"), `$1${number}`);
}

/**
 * Say how many lines were typed, by the highest number among their names.
 * @param {Iterable<string>} names
 */
export function linesIn(names) {
  let most = 0;
  for (const name of names) {
    const found = /^lines-([0-9]+)-/.exec(name);
    if (found) most = Math.max(most, Number(found[1]) + 1);
  }
  return most;
}

/**
 * Say what is to be announced of findings: nothing twice.
 * @param {string} before
 * @param {string} now
 */
export function toSay(before, now) {
  const said = now.replace(/\s+/g, " ").trim();
  return said === before ? null : said;
}
