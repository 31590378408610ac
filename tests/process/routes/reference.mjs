// Answers lines [pattern, path] as Netlify does, with the URLPattern that its build uses, and, where
// Node.js has it, as its own does: {"invalid": true} or {"groups": {…} or null} for each.
import { createInterface } from "node:readline";
import { URL } from "node:url";

const native = globalThis.URLPattern;
const { URLPattern } = await import(process.argv[2]);

// zip-it-and-ship-it, src/utils/routes.ts
const isLiteral = (path) =>
  path.split("/").every((part) => !part.startsWith(":") && !/[*{[(]/.test(part));

const pathnameOf = (path) => new URL(`http://localhost${path}`).pathname;
const withoutSlash = (path) => (path !== "/" && path.endsWith("/") ? path.slice(0, -1) : path);

function literally(pattern, path) {
  const declared = new URL(pattern.replaceAll("?", "%3F").replaceAll("#", "%23"), "http://localhost").pathname;
  // Netlify never matches one that ends in a slash, has capitals or needs encoding.
  const same = withoutSlash(declared.toLowerCase()) === withoutSlash(path.toLowerCase());
  return { groups: same ? {} : null };
}

function built(Pattern, pattern) {
  try {
    return new Pattern({ pathname: pattern }, { ignoreCase: true });
  } catch {
    return undefined;
  }
}

function groupsOf(urlPattern, paths) {
  for (const pathname of paths) {
    const found = urlPattern.exec(`http://localhost${pathname}`);
    if (found !== null) return found.pathname.groups;
  }
  return null;
}

// The groups, as @netlify/serverless-functions-api gives them to `context.params`.
const defined = (groups) =>
  groups && Object.fromEntries(Object.entries(groups).filter(([, value]) => value !== undefined));

function likeNetlify(pattern, path) {
  const urlPattern = built(URLPattern, pattern);
  if (urlPattern === undefined) return { invalid: true };
  const stripped = withoutSlash(path);
  const source = urlPattern.regexp.pathname.source.slice(1, -1);
  // Without them `context.params` is empty, though the function is called.
  const called = new RegExp(`^${source}\\/?$`, "iu").test(stripped) ? {} : null;
  const paths = [stripped, path, ...(called ? [stripped.replace(/\/$/, "")] : [])];
  return { groups: defined(groupsOf(urlPattern, paths) ?? called) };
}

function likeNode(pattern, path) {
  const urlPattern = built(native, pattern);
  if (urlPattern === undefined) return { invalid: true };
  return { groups: defined(groupsOf(urlPattern, [path])) };
}

for await (const line of createInterface({ input: process.stdin })) {
  const [pattern, sent] = JSON.parse(line);
  const path = pathnameOf(sent);
  const literal = isLiteral(pattern) && !pattern.includes("\\");
  const netlify = literal ? literally(pattern, path) : likeNetlify(pattern, path);
  const node = literal || !native ? null : likeNode(pattern, path);
  process.stdout.write(`${JSON.stringify({ literal, netlify, node })}\n`);
}
