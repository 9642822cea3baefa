/**
 * Vite plugin of the built page: wgpu-matrix cut into modules, so that only the functions in use are downloaded. The package makes
 * mat3, mat4, vec2 and so on by functions that return all of their functions, three times, and a bundler keeps all of it; here
 * each of these functions' bodies, as it stands, is a module with exports, for Float32Array.
 */
import type { Plugin } from 'vite';

const LIBRARY = /\/wgpu-matrix\/dist\/[^?]*\.js$/;
const PART = '\0wgpu-matrix/';

/** @returns the modules by name: '' is the package's own, the others what it exports */
export function matrixParts(library: string): ReadonlyMap<string, string> {
  const makers = new Map<string, string>();
  for (const [, name = '', maker = ''] of library.matchAll(/^ {8}(\w+): (getAPI\S*)\(\w+\),$/gm)) {
    makers.set(maker, name);
  }
  const epsilon = /^let EPSILON = .*$/m.exec(library)?.[0];
  if (makers.size === 0 || epsilon === undefined) throw unlike('its list of types, or EPSILON');
  const parts = new Map<string, string>();
  for (const [maker, name] of makers) {
    const begin = `function ${maker.replace('getAPI', 'getAPIImpl')}(Ctor) {\n`;
    const from = library.indexOf(begin);
    const body = library.slice(from + begin.length, library.indexOf('\n}\n', from) + 1);
    const exported = body.lastIndexOf('    return {\n');
    if (from < 0 || exported < 0) throw unlike(`how it makes ${name}`);
    const code = body
      .slice(0, exported)
      .replaceAll(/^ {4}const (\w+) = (getAPI\S*)\(Ctor\);$/gm, (_, as, of) => {
        return `import * as ${as} from '${PART}${makers.get(of)}';`;
      });
    const names = body.slice(exported).replace('    return {', 'export {');
    parts.set(name, `${epsilon}\nconst Ctor = Float32Array;\n${code}${names}`);
  }
  parts.set('', [...makers.values()].map((name) => `export * as ${name} from '${PART}${name}';`).join('\n'));
  return parts;
}

function unlike(what: string): Error {
  return new Error(
    `wgpu-matrix is not written as tools/page/matrix-parts.ts expects it (${what}): fit it to this version, or leave it out.`,
  );
}

export function matrixModules(): Plugin {
  let parts: ReadonlyMap<string, string> = new Map();
  return {
    name: 'wgpu-matrix-in-parts',
    apply: 'build',
    resolveId: (id) => (id.startsWith(PART) ? id : null),
    load: (id) => (id.startsWith(PART) ? (parts.get(id.slice(PART.length)) ?? null) : null),
    transform(code, id) {
      if (!LIBRARY.test(id)) return null;
      parts = matrixParts(code);
      return { code: parts.get('') ?? '', map: null };
    },
  };
}
