// Uses the npm package of build/ as other people do: installs its tarball into a project of their
// own, checks the types, has Vite build a page, and runs tests that use the package's helpers.
//
//   go run ./cmd/build npm && node e2e/package/run.mjs [ARGUMENTS OF PLAYWRIGHT]
import { execFileSync, spawn } from "node:child_process";
import { cpSync, createReadStream, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const build = join(root, "build");
// Within the checkout, whose Vite, TypeScript and Playwright it finds.
const project = join(build, "package-test");
const bin = (name) => join(root, "node_modules", ".bin", name);
const run = (command, args, options = {}) => execFileSync(command, args, { cwd: project, stdio: "inherit", ...options });

const { name, version } = JSON.parse(readFileSync(join(build, "npm", "package.json"), "utf8"));
rmSync(project, { recursive: true, force: true });
mkdirSync(project, { recursive: true });
cpSync(fileURLToPath(new URL("project", import.meta.url)), project, { recursive: true });
writeFileSync(join(project, "package.json"), JSON.stringify({ private: true, type: "module" }));
console.log(`installing ${name}-${version}.tgz`);
run("npm", ["install", "--offline", "--no-audit", "--no-fund", "--loglevel=error", "--legacy-peer-deps", join(build, `${name}-${version}.tgz`)]);
console.log("checking the types");
run(bin("tsc"), ["-p", "."]);
console.log("building with Vite");
run(bin("vite"), ["build", "--logLevel", "warn"]);

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm", ".css": "text/css", ".svg": "image/svg+xml" };

/** Serves a folder on a free port, and pages by their paths; cors: other origins may read, as a CDN has it. */
function serve(folder, cors, pages = new Map()) {
  const server = createServer((request, response) => {
    const path = new URL(request.url, "http://site").pathname;
    if (pages.has(path)) return response.writeHead(200, { "content-type": "text/html" }).end(pages.get(path));
    const file = join(folder, path.endsWith("/") ? `${path}index.html` : path);
    if (!file.startsWith(folder) || !statSync(file, { throwIfNoEntry: false })?.isFile()) return response.writeHead(path === "/favicon.ico" ? 204 : 404).end();
    response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream", ...(cors ? { "access-control-allow-origin": "*" } : {}) });
    createReadStream(file).pipe(response);
  });
  return new Promise((listening) => server.listen(0, "127.0.0.1", () => listening(server)));
}

const pages = new Map();
const [site, cdn] = await Promise.all([serve(join(project, "dist"), false, pages), serve(join(build, "npm"), true)]);
const integrity = JSON.parse(readFileSync(join(build, "npm", "integrity.json"), "utf8"))["bushel.js"];
const fromCDN = (hash) => `<!doctype html><p>the rest of the page</p>
  <script type="module" src="http://127.0.0.1:${cdn.address().port}/bushel.js" integrity="${hash}" crossorigin></script>
  <bushel-shell rows="6" persist="none">printed output</bushel-shell>`;
pages.set("/cdn", fromCDN(integrity));
pages.set("/wrong", fromCDN(integrity.replace(/.{8}$/, "AAAAAAAA")));
const env = { ...process.env, PREVIEW_PORT: String(site.address().port) };
// Not by execFileSync: the servers are of this process.
const code = await new Promise((ended) => spawn(bin("playwright"), ["test", ...process.argv.slice(2)], { cwd: project, stdio: "inherit", env }).on("exit", ended));
for (const server of [site, cdn]) {
  server.close();
  server.closeAllConnections();
}
process.exit(code ?? 1);
