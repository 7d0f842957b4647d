import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const dependency = z.object({ condition: z.string().optional() });
const service = z.object({
  image: z.string().optional(),
  command: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.string()).default({}),
  volumes: z.array(z.string()).default([]),
  ports: z.array(z.string()).default([]),
  depends_on: z.record(z.string(), dependency).default({}),
  healthcheck: z.object({ test: z.array(z.string()).min(2) }).optional(),
  build: z.string().optional(),
  read_only: z.boolean().default(false),
  cap_drop: z.array(z.string()).default([]),
  security_opt: z.array(z.string()).default([]),
});
const composeFile = z.object({
  services: z.record(z.string(), service),
  volumes: z.record(z.string(), z.unknown()).default({}),
});

export type ComposeFile = z.output<typeof composeFile>;
type Service = z.output<typeof service>;

const SECRET_NAME = /SECRET|TOKEN|PASSWORD|PWD|API_KEY/;
// Or one that may be left out, and is then empty.
const FROM_OUTSIDE = /^\$\{[A-Z_]+:(\?[^}]+|-)\}$/;
/** The password of a URL that does. */
const URL_FROM_OUTSIDE = /^[a-z]+:\/\/[^:@/]+:\$\{[A-Z_]+:\?[^}]+\}@/;
const URL_WITH_PASSWORD = /^[a-z]+:\/\/[^/@]*:[^/@]*@/;
const PINNED_IMAGE = /^[a-z0-9./-]+:v?\d+\.\d+/;
const DEPRECATED_IMAGE = /temporalio\/(auto-setup|base-)/;
const JOB_IMAGE = 'temporalio/admin-tools:';
// Before it, the UI shows no user metadata and misses fixes of a signal's form.
const OLDEST_UI = '2.47.2';

export function readCompose(text: string): ComposeFile {
  return composeFile.parse(parse(text, { merge: true }));
}

/** What is wrong with the file, each in words that name the service. */
export function flawsOfCompose(text: string, root: string): string[] {
  const file = readCompose(text);
  const perService = Object.entries(file.services).flatMap(([name, one]) =>
    [
      ...imageFlaws(one),
      ...dependencyFlaws(one, file),
      ...volumeFlaws(one, { file, root }),
      ...exposureFlaws(one),
      ...secretFlaws(one),
    ].map((flaw) => `${name}: ${flaw}`),
  );
  return [...perService, ...jobFlaws(file), ...versionFlaws(file)];
}

function imageFlaws({ image = '' }: Service): string[] {
  const flaws: string[] = [];
  if (!PINNED_IMAGE.test(image)) flaws.push(`image ${image} is not pinned`);
  if (DEPRECATED_IMAGE.test(image)) flaws.push(`image ${image} is deprecated`);
  return flaws;
}

function dependencyFlaws({ depends_on }: Service, file: ComposeFile): string[] {
  return Object.entries(depends_on).flatMap(([on, { condition }]) => {
    const target = file.services[on];
    if (target === undefined) return [`depends on ${on}, which does not exist`];
    if (condition === undefined) return [`waits for ${on} without a condition`];
    if (
      target.image?.startsWith(JOB_IMAGE) === true &&
      condition !== 'service_completed_successfully'
    ) {
      return [`does not wait for the end of the job ${on}`];
    }
    if (condition === 'service_healthy' && target.healthcheck === undefined) {
      return [`waits for the health of ${on}, which has no health check`];
    }
    return [];
  });
}

function volumeFlaws(
  { volumes }: Service,
  { file, root }: { readonly file: ComposeFile; readonly root: string },
): string[] {
  return volumes.flatMap((volume) => {
    const [source = '', , mode] = volume.split(':');
    if (!source.startsWith('.')) {
      return source in file.volumes ? [] : [`volume ${source} is not declared`];
    }
    if (!existsSync(join(root, source))) return [`mounts ${source}, which does not exist`];
    return mode === 'ro' ? [] : [`mounts ${source} writable`];
  });
}

function exposureFlaws(one: Service): string[] {
  const flaws = one.ports
    .filter((port) => !port.startsWith('127.0.0.1:'))
    .map((port) => `publishes ${port} beyond this machine`);
  if (!one.security_opt.includes('no-new-privileges:true')) flaws.push('may gain privileges');
  if (one.build === undefined) return flaws;
  if (!one.read_only) flaws.push('has a writable root file system');
  if (!one.cap_drop.includes('ALL')) flaws.push('keeps capabilities');
  return flaws;
}

function secretFlaws({ environment }: Service): string[] {
  const isInside = ([name, value]: readonly [string, string]): boolean =>
    URL_WITH_PASSWORD.test(value)
      ? !URL_FROM_OUTSIDE.test(value)
      : SECRET_NAME.test(name) && !FROM_OUTSIDE.test(value);
  return Object.entries(environment)
    .filter(isInside)
    .map(([name]) => `${name} does not come from outside`);
}

function jobFlaws(file: ComposeFile): string[] {
  const awaited = new Set(
    Object.values(file.services).flatMap(({ depends_on }) => Object.keys(depends_on)),
  );
  const jobs = Object.entries(file.services).filter(([, { image = '' }]) =>
    image.startsWith(JOB_IMAGE),
  );
  const unused = Object.keys(file.volumes).filter(
    (name) => !Object.values(file.services).some(({ volumes }) => mounts(volumes, name)),
  );
  return [
    ...jobs.filter(([name]) => !awaited.has(name)).map(([name]) => `${name}: nobody waits for it`),
    ...unused.map((name) => `volume ${name} is used by nobody`),
  ];
}

function mounts(volumes: readonly string[], name: string): boolean {
  return volumes.some((volume) => volume.startsWith(`${name}:`));
}

function versionFlaws(file: ComposeFile): string[] {
  const tagsOf = (image: string): string[] =>
    Object.values(file.services)
      .map((one) => one.image ?? '')
      .filter((name) => name.startsWith(`${image}:`))
      .map((name) => name.slice(image.length + 1));
  const flaws: string[] = [];
  const server = new Set([...tagsOf('temporalio/server'), ...tagsOf('temporalio/admin-tools')]);
  if (server.size !== 1) flaws.push('server and admin-tools have different versions');
  for (const tag of tagsOf('temporalio/ui')) {
    if (tag.localeCompare(OLDEST_UI, 'en', { numeric: true }) < 0) flaws.push(`ui ${tag} is old`);
  }
  return flaws;
}
