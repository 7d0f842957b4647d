import { access, constants, mkdir } from 'node:fs/promises';

/** Its message is one line: which folder, why not, and what to do. */
class DataDirUnusable extends Error {
  override readonly name = 'DataDirUnusable';
}

/** @throws DataDirUnusable when there is no such folder to be had, or nothing may be written into it. */
export async function prepareDataDir(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true });
    await access(dataDir, constants.W_OK);
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown failure';
    throw new DataDirUnusable(
      `The data folder ${dataDir} cannot be used (${why}). Choose another: npm start -- --data <folder>`,
    );
  }
}
