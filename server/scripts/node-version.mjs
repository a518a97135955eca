/**
 * Loaded before an entry (`node --import ./server/scripts/node-version.mjs entry.ts`). Plain JavaScript on purpose: a Node
 * too old to run TypeScript files would stop at "Unknown file extension" before the first line of any of them.
 */
const NEEDED = [22, 18];

/** @param {string} version as in process.versions.node. @returns {string | undefined} what to tell the operator. */
export function nodeTooOld(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])) return undefined;
  return `quorate: Node ${version} is too old, ${NEEDED.join('.')} or newer is needed; on Linux and Windows "npm ci" brings one and "npm run" uses it`;
}

const complaint = nodeTooOld(process.versions.node);
if (complaint !== undefined) {
  console.error(complaint);
  process.exit(2);
}
