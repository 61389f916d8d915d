import { Command } from 'commander';
import { expect, test, vi } from 'vitest';
import { openSession } from './session.ts';

const HOSTILE = 'SC\u001b]0;mine\u0007\u009b2J\u202e-1001\r';

function said(json: boolean, show = (value: { number: string }) => `  order ${value.number}\n  and on`): string {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    const command = new Command().option('--json');
    openSession(command.setOptionValue('json', json)).answer({ number: HOSTILE }, show);
    return String(write.mock.calls[0]?.[0]);
  } finally {
    write.mockRestore();
  }
}

test('no word of a remote moves the cursor or names the window, and lines stay lines', () => {
  expect(said(false)).toBe('  order SC ]0;mine 2J -1001 \n  and on\n');
});

test('JSON holds the same value, and nothing that a terminal obeys', () => {
  const text = said(true);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  expect(JSON.parse(text)).toEqual({ number: HOSTILE });
});
