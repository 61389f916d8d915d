import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { pushesOf, type Subject } from './kit.ts';

const FILES = ['manifest', 'settings', 'api', 'map', 'poll', 'actions', 'index'];
const here = (path: string) => new URL(`../../lib/marketplaces/${path}`, import.meta.url);

/** The same files everywhere, correct metadata, settings that refuse unknown members, examples of everything. */
export function testFolder({ info, connector, poller, conformance, connection }: Subject): void {
  describe(`${info.title}: the folder`, () => {
    test('has the same files as every other', () => {
      const files = [...FILES, ...(info.topics.length > 0 ? ['webhook'] : [])];
      expect(files.filter((file) => !existsSync(here(`${info.name}/${file}.ts`)))).toEqual([]);
    });

    test('describes one marketplace', () => {
      expect(connector.info).toBe(info);
      expect(info.name).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(info.topics.filter((topic) => !/^[a-z]+(-[a-z]+)*$/.test(topic))).toEqual([]);
      expect(info.pollIntervalSeconds).toBeGreaterThan(0);
      expect(info.requestsPerMinute).toBeGreaterThan(0);
      expect(connector.webhook?.info).toBe(info.topics.length > 0 ? info : undefined);
      expect(poller.rewind !== undefined).toBe(info.pollsChanges ?? false);
      expect(connector.actions.fetches === undefined).toBe(conformance.fetch === undefined);
      expect(Object.keys(pushesOf(connector))).toEqual(Object.keys(conformance.push));
      expect(info.sells).toBe(connector.actions.order === undefined);
      expect(connector.takesStock ?? false).toBe(connector.actions.stock !== undefined);
    });

    test('refuses unknown, missing and empty secrets and unknown settings by name', () => {
      expect(connector.Secrets.safeParse(conformance.secrets).success).toBe(true);
      expect(connector.Secrets.safeParse({}).success).toBe(false);
      expect(connector.Secrets.safeParse({ ...conformance.secrets, spare: 'x' }).error?.message).toContain('spare');
      for (const name of Object.keys(conformance.secrets))
        expect(connector.Secrets.safeParse({ ...conformance.secrets, [name]: '' }).success).toBe(false);
      expect(connector.Settings.safeParse(connection.settings).success).toBe(true);
      expect(connector.Settings.safeParse({ spare: 'x' }).error?.message).toContain('spare');
    });

    test('has canonical carrier codes, each with its own word', () => {
      const codes = Object.keys(connector.carriers);
      expect(codes.filter((code) => !/^[a-z]+(_[a-z]+)*$/.test(code))).toEqual([]);
      expect(new Set(Object.values(connector.carriers).map((word) => word.toLowerCase())).size).toBe(codes.length);
    });

    test('has an example for every topic', () => {
      expect(info.topics.filter((topic) => !Object.values(conformance.inbound).includes(topic))).toEqual([]);
      const files = readdirSync(here(`${info.name}/fixtures/`));
      const own = readdirSync(here(`${info.name}/`)).filter((file) => file.endsWith('.ts'));
      const suite = new URL(`./marketplaces/${info.name}.ts`, import.meta.url);
      const used = [suite, ...own.map((file) => here(`${info.name}/${file}`))]
        .map((file) => readFileSync(file, 'utf8'))
        .join();
      expect(files.filter((file) => !used.includes(`'${file}'`))).toEqual([]);
    });
  });
}
