// Runs on any Node, before a `.ts` file is parsed: older ones stop there with a message that names neither cause nor cure.
const OLDEST_MAJOR = 24;

if (Number.parseInt(process.versions.node, 10) < OLDEST_MAJOR) {
  process.stderr.write(
    [
      `This project needs Node ${OLDEST_MAJOR}; ${process.execPath} is Node ${process.versions.node}.`,
      'On Linux with glibc (x64, arm64), `npm ci` installs the right one beside the project, and `npm start` and `npm test` use it:',
      'run `npm ci` again without `--omit=optional`. Elsewhere, install Node 24 (https://nodejs.org, or `nvm use` here).',
      '',
    ].join('\n'),
  );
  process.exit(1);
}
