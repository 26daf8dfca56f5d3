/** Ids of models on the Hugging Face Hub. */

/**
 * Whether a text can be an id of the Hub: `name` or `owner/name`. Two hyphens in a row never stand in
 * one: they separate the two parts in the names of folders.
 */
export function isHubId(id: string): boolean {
  return (
    id.length <= 200 &&
    /^[A-Za-z0-9][\w.-]*(\/[A-Za-z0-9][\w.-]*)?$/.test(id) &&
    !/--|\.\.|\.git$/.test(id)
  );
}
