/** All cases, in the order of the contract. */
import type { Case } from '../clause';
import { HEADERS } from './headers';
import { IDENTITY } from './identity';
import { LIMITS } from './limits';
import { ROUTING } from './routing';
import { STREAMING } from './streaming';

export const EVERY_CASE: readonly Case[] = [...IDENTITY, ...LIMITS, ...ROUTING, ...STREAMING, ...HEADERS];
