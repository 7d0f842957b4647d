import { defineConfig } from 'vitest/config';

/** The decisions alone: what no test here notices is a wrong decision that nobody would notice. */
export default defineConfig({ test: { include: ['test/domain/*.test.ts'], pool: 'forks' } });
