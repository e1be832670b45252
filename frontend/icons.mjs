// Writes the sprite of the icons that templates, entities and scripts name, and of no others.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const here = new URL("..", import.meta.url).pathname;
const names = new Set(["x", "check", "chevron-right"]);
const patterns = [/\{% icon "([a-z0-9-]+)"/g, /icon"?\s*[:=]\s*"([a-z0-9-]+)"/gi, /icon\("([a-z0-9-]+)"/g, /icon: ClassVar\[str\] = "([a-z0-9-]+)"/g, /icons\.svg#([a-z0-9-]+)/g, /icon="([a-z0-9-]+)"/g];

function scan(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!["static", "__pycache__", "migrations", "node_modules"].includes(entry.name)) scan(path);
    } else if (/\.(html|py|ts)$/.test(entry.name)) {
      const text = readFileSync(path, "utf8");
      for (const pattern of patterns) for (const match of text.matchAll(pattern)) if (match[1]) names.add(match[1]);
      for (const line of text.matchAll(/^\s*(?:"\w*": \(_\(|ICONS = ).*$/gm)) for (const word of line[0].matchAll(/"([a-z0-9-]+)"/g)) names.add(word[1]);
    }
  }
}

scan(join(here, "src"));
scan(join(here, "frontend"));
const symbols = [];
for (const name of [...names].sort()) {
  let svg;
  try {
    svg = readFileSync(join(here, "node_modules/lucide-static/icons", `${name}.svg`), "utf8");
  } catch {
    continue;
  }
  const body = svg.replace(/<!--[\s\S]*?-->/g, "").replace(/<svg[^>]*>/, "").replace("</svg>", "").replace(/\s+/g, " ").trim();
  symbols.push(`<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">${body}</symbol>`);
}
const out = join(here, "src/enishi/site/static/build");
mkdirSync(out, { recursive: true });
writeFileSync(join(out, "icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`);
