/** Lists of names that a message can hold, however many names there are. */

/** Characters of one name in a list; a longer one is no name that anybody reads. */
const longestListed = 60;

/** The first of some names for a message: "a, b, c", or "a, b and 2998 more" where they are many. */
export function shortList(names: readonly string[], most = 8): string {
  const shown = names
    .slice(0, most)
    .map((name) => (name.length > longestListed ? `${name.slice(0, longestListed)}…` : name));
  const more = names.length - shown.length;
  return shown.join(', ') + (more > 0 ? ` and ${more} more` : '');
}
