/** The oldest `@pulumi` packages that the package says it works with, from the registry: once in a checkout, below `.tmp`. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { runCommand } from './run-command';

const root = resolve(__dirname, '../..');

/** The first releases in the ranges of the peers; a test compares them. */
export const OLDEST = { '@pulumi/pulumi': '3.150.0', '@pulumi/kubernetes': '4.21.1' } as const;

/** Folder with the packages. */
export function oldestPulumi(): string {
  const name = `pulumi-${OLDEST['@pulumi/pulumi']}-kubernetes-${OLDEST['@pulumi/kubernetes']}`;
  const folder = join(root, '.tmp', name);
  if (!existsSync(folder)) {
    mkdirSync(join(root, '.tmp'), { recursive: true });
    const making = mkdtempSync(`${folder}-`);
    writeFileSync(join(making, 'package.json'), '{ "private": true }');
    const packages = Object.entries(OLDEST).map(([one, version]) => `${one}@${version}`);
    const quietly = ['--no-audit', '--no-fund', '--ignore-scripts', '--legacy-peer-deps', '--prefer-offline'];
    runCommand('npm', ['install', ...quietly, ...packages], making);
    // Whole or not at all.
    renameSync(making, folder);
  }
  return join(folder, 'node_modules/@pulumi');
}

/** The version of a package in such a folder. */
export function versionIn(folder: string, name: string): string {
  return JSON.parse(readFileSync(join(folder, name.replace('@pulumi/', ''), 'package.json'), 'utf8')).version;
}
