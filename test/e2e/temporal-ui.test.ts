import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { searchAttributeKinds } from '../../src/contract/search-attributes.ts';
import { filtersIn } from '../docs/filter-links.ts';
import { startRealEngine, type RealEngine } from '../support/real-engine.ts';

const PAGES = ['work-from-the-temporal-ui', 'unstick-a-number'].map((name) =>
  readFileSync(fileURLToPath(new URL(`../../docs/how-to/${name}.md`, import.meta.url)), 'utf8'),
);
const filters = [...new Set(PAGES.flatMap(filtersIn))];

let engine: RealEngine;
beforeAll(async () => {
  engine = await startRealEngine(inject('temporalCli'));
});
afterAll(async () => {
  await engine.close();
});

describe('a filter that the documents link to', () => {
  it.each(filters)('is taken by Temporal: %s', async (query) => {
    const { count } = await engine.client.workflow.count(query);
    expect(count).toBe(0);
  });

  it('would be refused with an attribute that we do not set', async () => {
    await expect(engine.client.workflow.count('WaitsFor = "operator"')).rejects.toThrow();
  });

  it('is there for each of our search attributes but those that are only shown', () => {
    const named = Object.keys(searchAttributeKinds).filter((name) =>
      filters.some((filter) => filter.includes(name)),
    );
    expect(named).toEqual(
      expect.arrayContaining(['NeedsAttention', 'WaitingFor', 'OnboardingStage', 'WabaId']),
    );
  });
});
