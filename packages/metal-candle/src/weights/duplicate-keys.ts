/**
 * Finds a key that a JSON text gives twice in one object.
 *
 * Not a JSON parser: it runs over a text that JSON.parse has already accepted. JSON.parse keeps the last of two equal keys and
 * says nothing, so two readers of one file can see two different files; a weight file must not allow that.
 */

/** The first key given twice within one object of `json` (a valid JSON text), or null. */
export function findDuplicateKey(json: string): string | null {
  // One entry per open bracket: the keys seen so far in an object, null for an array.
  const open: (Set<string> | null)[] = [];
  let keyExpected = false;
  for (let index = 0; index < json.length; index++) {
    switch (json[index]) {
      case "{":
        open.push(new Set());
        keyExpected = true;
        break;
      case "[":
        open.push(null);
        keyExpected = false;
        break;
      case "}":
      case "]":
        open.pop();
        keyExpected = false;
        break;
      case ",":
        keyExpected = open.at(-1) instanceof Set;
        break;
      case '"': {
        const start = index++;
        while (json[index] !== '"') index += json[index] === "\\" ? 2 : 1;
        if (keyExpected) {
          const key = JSON.parse(json.slice(start, index + 1)) as string;
          const keys = open.at(-1)!;
          if (keys.has(key)) return key;
          keys.add(key);
          keyExpected = false;
        }
        break;
      }
    }
  }
  return null;
}
