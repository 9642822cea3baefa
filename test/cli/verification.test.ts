/** What verify says of a difference that no cause explains. */
import { describe, expect, it } from 'vitest';
import { verificationLines } from '../../src/cli/model/verification.ts';
import type { Diagnosis } from '../../src/engine/keras/index.ts';

function lines(diagnosis: Diagnosis): string {
  return verificationLines({
    holds: false,
    tolerance: 1e-5,
    outputs: null,
    receivedShape: [2, 1],
    expectedShape: [2, 1],
    gates: null,
    diagnosis,
    device: 'a device',
    notes: [],
  }).join('\n');
}

describe('verificationLines', () => {
  it('say what to do where nothing explains the difference, and list nothing as nearest', () => {
    const clue = 'The bias of "lstm" is 0 everywhere: was it left out?';

    const text = lines({ verdict: null, findings: [], clues: [clue] });

    expect(text).toMatch(
      /No single cause that was tried explains it\. .*second file.*--gates\.\n.*"lstm" is 0 everywhere/,
    );
    expect(text).not.toContain('Nearest');
  });

  it('list what explains most of it', () => {
    const finding = { what: 'the bias is added twice', maxAbs: 0.001, fits: false };

    const text = lines({ verdict: null, findings: [finding], clues: [] });

    expect(text).toMatch(/Nearest:\n.*the bias is added twice/);
  });
});
