/**
 * The router's program as a ConfigMap, so that nobody has to build an image. It travels compressed: `kubectl apply` keeps
 * a copy of each object in an annotation, and annotations end at 262,144 bytes.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigMap } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { contentHash, type GatewayNames, labelsOf } from '../names';

/** Directory in the container where the program is mounted. */
export const PROGRAM_DIRECTORY = '/opt/agent-gateway';
/** File that starts it. */
export const PROGRAM_ENTRY = 'main.cjs';

const COMPRESSED = 'router.cjs.gz';

const ENTRY_TEXT = `// Unpacks the router, which is compressed to fit into a ConfigMap, and runs it.
const { readFileSync } = require('node:fs');
const { Module } = require('node:module');
const { gunzipSync } = require('node:zlib');
const file = __dirname + '/router.cjs';
const program = new Module(file, module);
program._compile(gunzipSync(readFileSync(__dirname + '/${COMPRESSED}')).toString(), file);
`;

/** The ConfigMap of the program in this package. */
export function renderProgram(scope: Construct, names: GatewayNames): ConfigMap {
  const program = packProgram();
  const map = new ConfigMap(scope, 'program', {
    metadata: { name: `${names.router}-program-${program.hash}`, labels: labelsOf(names, 'router') },
    immutable: true,
    data: { [PROGRAM_ENTRY]: ENTRY_TEXT },
  });
  map.addBinaryData(COMPRESSED, program.base64);
  return map;
}

interface PackedProgram {
  readonly base64: string;
  readonly hash: string;
}

let packed: PackedProgram | undefined;

/** Made once: a thousand gateways in a chart all carry it. */
function packProgram(): PackedProgram {
  if (packed === undefined) {
    // The same place from src/ and from lib/: both stand beside bundle/. Compressed when the package is made, because
    // that takes longer than all else that one gateway needs.
    const bytes = readFileSync(join(__dirname, '../../bundle', COMPRESSED));
    packed = { base64: bytes.toString('base64'), hash: contentHash(ENTRY_TEXT, bytes) };
  }
  return packed;
}
