/** The zip for schools: unpacked in a folder of its own and served as its HOWTO says, the page trains, and asks nobody else. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useStage } from './page-stage.ts';
import { click, textOf, untilPhase, untilReady, watchedPage } from './page-support.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

describe('the zip for schools', () => {
  const stage = useStage();
  const folder = mkdtempSync(join(tmpdir(), 'gatewise-school-'));
  const place = join(folder, 'gatewise');
  let server: ChildProcess | undefined;
  let address = '';

  const zip = (name: string, page = stage.server.folder): Uint8Array => {
    const out = join(folder, name);
    execFileSync(process.execPath, [`${ROOT}tools/school-zip.mjs`, '--page', page, '--out', out], {
      stdio: 'pipe',
    });
    return new Uint8Array(readFileSync(out));
  };

  beforeAll(async () => {
    for (const [name, bytes] of Object.entries(unzipSync(zip('school.zip')))) {
      const path = join(folder, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, bytes);
    }
    const lines = readFileSync(join(place, 'HOWTO.txt'), 'utf8').split('\n');
    const [program, script = ''] = (lines.find((line) => /^ +node /.test(line)) ?? '').trim().split(' ');
    expect(program).toBe('node');
    const own = spawn(process.execPath, [script, '0'], { cwd: place, stdio: ['ignore', 'pipe', 'inherit'] });
    server = own;
    address = await new Promise((resolve, reject) => {
      own.once('exit', (code) => reject(new Error(`${script} ended with ${code}.`)));
      own.stdout.on('data', (text: Buffer) => {
        const found = /http:\/\/localhost:\d+\//.exec(text.toString());
        if (found !== null) resolve(found[0]);
      });
    });
  });

  afterAll(() => {
    server?.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  it('gives a page that trains, complains about nothing, and asks only its own server', async () => {
    const { page, complaints } = await watchedPage(stage.browser);
    const foreign: string[] = [];
    page.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(address) && !/^(data|blob):/.test(url)) foreign.push(url);
    });
    await page.goto(address);
    await untilReady(page);
    const before = await textOf(page, 'fingerprint');
    await click(page, 'step');
    await untilPhase(page, 'paused');
    await page.waitForFunction(
      (old) => document.querySelector('[data-testid=fingerprint]')?.textContent?.trim() !== old,
      {},
      before,
    );
    expect(foreign).toEqual([]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('is the same for the same page, tells how to serve it, and gives nothing outside its folder', async () => {
    expect(Buffer.compare(zip('once.zip'), zip('again.zip'))).toBe(0);
    const howto = readFileSync(join(place, 'HOWTO.txt'), 'utf8');
    for (const said of ['http://localhost', 'file://', 'python3 -m http.server', 'https'])
      expect(howto).toContain(said);
    const status = (path: string): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        // As typed: fetch() would take the dots out.
        get({ port: new URL(address).port, host: 'localhost', path }, (response) => {
          response.resume();
          resolve(response.statusCode);
        }).once('error', reject);
      });
    expect(await status('/')).toBe(200);
    expect(await status('/../HOWTO.txt')).toBe(404);
    expect(await status('/..%2fserve.mjs')).toBe(404);
    expect(await status('/%zz')).toBe(404);
  });

  it('says in one sentence that there is no page to pack', () => {
    expect(() => zip('none.zip', folder)).toThrow(/There is no page in .*\. Run npm run build first/);
  });
});
